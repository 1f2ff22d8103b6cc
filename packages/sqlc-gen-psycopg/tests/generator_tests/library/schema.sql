CREATE EXTENSION citext;

CREATE TYPE genre AS ENUM ('novel', 'science-fiction', '2nd hand', 'none', 'say "hi"');

CREATE TABLE authors (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    born date
);
COMMENT ON TABLE authors IS 'Who writes; "they" may use \ and """ here';
COMMENT ON COLUMN authors.born IS 'NULL when nobody knows';

CREATE TABLE books (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    author_id bigint NOT NULL REFERENCES authors,
    title text NOT NULL,
    genre genre NOT NULL,
    other_genre genre,
    "from" text,
    price numeric(10, 2),
    pages smallint NOT NULL DEFAULT 1,
    tags text [] NOT NULL DEFAULT '{}',
    scores integer [],
    details jsonb NOT NULL DEFAULT '{}',
    isbn uuid,
    cover bytea,
    weight double precision,
    is_lent boolean NOT NULL DEFAULT FALSE,
    reader inet,
    loan interval,
    added_at timestamptz NOT NULL DEFAULT now()
);
