"""Who may read what: the decision, the entitlements it rests on, and the receipt it leaves."""
