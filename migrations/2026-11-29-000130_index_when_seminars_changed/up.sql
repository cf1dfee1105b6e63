-- Every feed says when anything was last changed, and the news are in that order.
CREATE INDEX seminars_by_change ON seminars (updated_at, id);
