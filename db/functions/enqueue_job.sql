CREATE OR REPLACE FUNCTION enqueue_job(task_name text, arguments jsonb) RETURNS bigint
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

COMMENT ON FUNCTION enqueue_job IS
'Puts a job into the queue that a worker does once the transaction has committed';

REVOKE EXECUTE ON FUNCTION enqueue_job FROM public;
GRANT EXECUTE ON FUNCTION enqueue_job TO bank_application;
