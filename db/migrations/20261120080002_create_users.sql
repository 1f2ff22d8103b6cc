-- Customers and staff sign in as users; what they may do follows from their role.

-- migrate:up
CREATE TYPE user_role AS ENUM ('depositor', 'banker', 'admin');

CREATE TABLE users (
    username text NOT NULL,
    hashed_password text NOT NULL,
    full_name text NOT NULL,
    email text NOT NULL,
    is_email_verified boolean NOT NULL DEFAULT false,
    role user_role NOT NULL DEFAULT 'depositor',
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (username),
    CONSTRAINT users_username_shape CHECK (username ~ '^[a-z0-9_]{3,100}$'),
    CONSTRAINT users_full_name_length CHECK (length(full_name) BETWEEN 1 AND 100),
    CONSTRAINT users_email_length CHECK (length(email) BETWEEN 3 AND 254)
);

CREATE UNIQUE INDEX users_email_key ON users (lower(email));

COMMENT ON TABLE users IS 'A person who can sign in';
COMMENT ON COLUMN users.hashed_password IS 'bcrypt';

-- migrate:down
DROP TABLE users;
DROP TYPE user_role;
