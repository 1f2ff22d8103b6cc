-- The application puts work into the queue and does it, by name and arguments.

-- migrate:up
CREATE FUNCTION enqueue_job(task_name text, arguments jsonb) RETURNS bigint
LANGUAGE plpgsql
SET search_path = procrastinate, pg_temp -- Procrastinate does not say where its tables are
AS $$
DECLARE
    job_ids bigint[];
BEGIN
    job_ids := procrastinate_defer_jobs_v1(
        ARRAY[
            ROW('default', task_name, 0, NULL, NULL, arguments, NULL)
        ]::procrastinate_job_to_defer_v1[]
    );
    RETURN job_ids[1];
END
$$;

COMMENT ON FUNCTION enqueue_job(text, jsonb) IS
'Puts a job into the queue that a worker does once the transaction has committed';

REVOKE EXECUTE ON FUNCTION enqueue_job(text, jsonb) FROM public;
GRANT EXECUTE ON FUNCTION enqueue_job(text, jsonb) TO bank_application;

GRANT USAGE ON SCHEMA procrastinate TO bank_application;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA procrastinate TO bank_application;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA procrastinate TO bank_application;

-- migrate:down
REVOKE USAGE ON ALL SEQUENCES IN SCHEMA procrastinate FROM bank_application;
REVOKE ALL ON ALL TABLES IN SCHEMA procrastinate FROM bank_application;
REVOKE USAGE ON SCHEMA procrastinate FROM bank_application;
DROP FUNCTION enqueue_job(text, jsonb);
