"""The Marram Courier: a small newspaper whose readers, rights and stories are kept by Gatefold."""
