"""What the homes ask the database: each question once for a whole page, and only for what the reader may see."""
