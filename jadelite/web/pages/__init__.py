"""Pages for people: home and campaigns, review, reports, account. Each file is a blueprint."""
