-- No hold has an end yet that was not checked, so this reads them once, while all else goes on.

-- migrate:up
ALTER TABLE holds VALIDATE CONSTRAINT holds_end_after_placing;

-- migrate:down
ALTER TABLE holds DROP CONSTRAINT holds_end_after_placing;
ALTER TABLE holds ADD CONSTRAINT holds_end_after_placing CHECK (end_position > id) NOT VALID;
