"""The small kernel that replays evidence; the only place where a checked result is made."""
