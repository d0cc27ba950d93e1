"""The story that the contract's examples tell: Alice, her telephone, and an article about a lighthouse."""

READER_ID = "rdr_k3v7q2mzt5x6b4nhy6ca"
DEVICE_ID = "dev_p4wz7dkq2s6xr3vbn5ta"
ARTICLE_ID = "art_h7c2tq5mz4xw6bvn3kya"
ENTITLEMENT_ID = "ent_z5n2xk7wq4t6bm3vyhca"
KEY_ID = "key_t6b3mq5vz2xw7nk4hyca"
SITE_ID = "sit_b4nz7dkq2s6xr3vpw5ta"

SLUG = "the-keepers-last-winter"
STORY = f"https://news.example.org/world/{SLUG}"
TEASER = "<p>The light was last lit on a Tuesday.</p>"
EMAIL = "alice@example.org"
PASSWORD = "a lantern over quiet harbours"  # noqa: S105
INSTANT = "2026-11-22T09:30:00Z"

KEY = "gf_live_your-front-end-key"
SESSION_TOKEN = "gfs_your-readers-session"  # noqa: S105
TICKET = "gft_from-the-mail"
SWAP_TICKET = "gft_from-the-answer"
RECEIPT = "WzEsMTc5NTM0MDIwMDAwMDAwMCwwLCJzdWJzY3JpcHRpb25fcmVxdWlyZWQiXQ.signature"
