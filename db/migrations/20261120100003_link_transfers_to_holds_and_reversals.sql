-- A capture names its hold and a reversal the transfer it pays back, so that neither is done twice;
-- and every transfer names who asked for it.

-- Nothing is released with which a bank could have many transfers: they may be locked meanwhile.
-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid
-- squawk-ignore-file require-concurrent-index-creation

-- migrate:up
ALTER TABLE transfers
ADD COLUMN reverses_transfer_id bigint,
ADD COLUMN captures_hold_id bigint,
ADD COLUMN asked_by text,
ADD COLUMN request_id text,
ADD CONSTRAINT transfers_reverses_transfer_fkey FOREIGN KEY (reverses_transfer_id)
REFERENCES transfers (id),
ADD CONSTRAINT transfers_captures_hold_fkey FOREIGN KEY (captures_hold_id) REFERENCES holds (id),
ADD CONSTRAINT transfers_reversal_names_transfer CHECK (
    (kind = 'reversal') = (reverses_transfer_id IS NOT NULL)
),
ADD CONSTRAINT transfers_capture_names_hold CHECK (
    (kind = 'capture') = (captures_hold_id IS NOT NULL)
),
ADD CONSTRAINT transfers_reversal_comes_later CHECK (reverses_transfer_id < id);

COMMENT ON COLUMN transfers.reverses_transfer_id IS 'The transfer of which this one pays back';
COMMENT ON COLUMN transfers.captures_hold_id IS 'The hold whose money this transfer moves';
COMMENT ON COLUMN transfers.asked_by IS 'The user who asked for it; NULL for the bank itself';
COMMENT ON COLUMN transfers.request_id IS 'The request that asked for it, as the logs name it';

CREATE INDEX transfers_reverses_transfer_idx ON transfers (reverses_transfer_id)
WHERE reverses_transfer_id IS NOT NULL;
CREATE INDEX transfers_captures_hold_idx ON transfers (captures_hold_id)
WHERE captures_hold_id IS NOT NULL;

-- migrate:down
ALTER TABLE transfers
DROP COLUMN reverses_transfer_id,
DROP COLUMN captures_hold_id,
DROP COLUMN asked_by,
DROP COLUMN request_id;
