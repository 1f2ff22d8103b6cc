-- The code takes the enums from here and says nothing of its own about them: what they mean stands
-- here, too.

-- migrate:up
COMMENT ON TYPE user_role IS 'What a user may do; each role may do all that those before it may';
COMMENT ON TYPE transfer_kind IS 'Why money moved';
COMMENT ON TYPE posting_kind IS 'What can be posted: movements of money, and holds and their ends';

-- migrate:down
COMMENT ON TYPE user_role IS NULL;
COMMENT ON TYPE transfer_kind IS NULL;
COMMENT ON TYPE posting_kind IS NULL;
