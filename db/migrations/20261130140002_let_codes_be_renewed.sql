-- A code's time begins when its mail is sent, so that a mail that had to wait brings a code that
-- works. The job that sends it puts the code's row in anew, under the number that the mail says.
-- The server still cannot put off the expiry of a row.

-- migrate:up
GRANT INSERT (id) ON email_verifications TO bank_application;

-- migrate:down
REVOKE INSERT (id) ON email_verifications FROM bank_application;
