"""better-auth, a library for Node.js from npm, served over SQLite with readers who are signed in."""
