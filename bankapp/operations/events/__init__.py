"""Operations on events: the feed."""
