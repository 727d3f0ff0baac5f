/* read_load_test.c - many who read beside those who write: whole snapshots, and
 * a log that nobody makes grow for ever. */
#include "store/door_test.h"

#include <sched.h>
#include <sys/stat.h>

#include "base/error.h"

enum { READERS = 8, WRITERS = 2, EACH = 15, ROWS = 20 };

static void ignore(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static int with_small_log(void **state)
{
    if (with_options(state) != 0)
        return -1;
    options.readers = 4;
    options.wal_bytes = 1 << 18;
    options.wal_most_bytes = 1 << 20;
    options.max_read_age_ms = 1;
    garner_set_log(ignore, NULL);
    return open_with(fixture.db) == GARNER_OK ? 0 : -1;
}

static off_t log_size(void)
{
    char path[120];
    struct stat st;

    snprintf(path, sizeof path, "%s-wal", fixture.db);
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void a_forgotten_cursor_does_not_let_the_log_eat_the_disk(void **state)
{
    struct garner_rows *rows;
    struct garner_error err;
    struct garner_value text;

    (void)state;
    exec("create table t(a integer primary key, b)");
    exec("insert into t values (1, 'borrowed'), (2, zeroblob(1000000))");
    assert_int_equal(garner_query(store, "select b, printf('%5000d', a) from t",
                                  NULL, 0, &rows, NULL),
                     GARNER_OK);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    text = garner_column(rows, 0);
    for (int i = 0; i < 100; i++) {
        exec("update t set b = randomblob(1000000) where a = 2");
        assert_true(log_size() < 4 << 20);
    }
    assert_memory_equal(text.bytes.data, "borrowed", 8);
    assert_int_equal(garner_column(rows, 1).bytes.size, 5000);
    assert_int_equal(garner_next(rows, &err), GARNER_TIMEOUT);
    assert_non_null(strstr(err.message, "max_read_age_ms"));
    garner_rows_close(rows);
}

static void a_long_export_beside_few_writes_is_left_alone(void **state)
{
    struct garner_rows *rows;
    int n = 0;

    (void)state;
    exec("create table t(a integer primary key)");
    exec("insert into t with recursive n(i) as (select 1 union all select i + "
         "1 from n where i < 100) select i from n");
    assert_int_equal(
        garner_query(store, "select a from t", NULL, 0, &rows, NULL),
        GARNER_OK);
    while (garner_next(rows, NULL) == GARNER_ROW) {
        n++;
        exec("insert into t values (null)"); /* each far older than 1 ms */
    }
    assert_int_equal(n, 100);
    garner_rows_close(rows);
}

/* --- all at once -----------------------------------------------------------
 */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* guarded by lock: what may be canceled */
static struct garner_rows *open_rows[READERS];

static atomic_int commits;
static atomic_int done;
static atomic_int canceled;
static atomic_int ended; /* for its age */
static atomic_bool stop; /* all that was to be seen was seen, or one failed */

struct hand {
    pthread_t thread;
    int index;
    struct garner_error err; /* of what should not have failed */
};

static void *write_rows(void *argument)
{
    struct hand *h = argument;

    while (!atomic_load(&stop)) {
        if (garner_exec(store, "update t set b = b + 1, c = zeroblob(2000)",
                        NULL, 0, NULL, &h->err) != GARNER_OK)
            atomic_store(&stop, true);
        atomic_fetch_add(&commits, 1);
    }
    return NULL;
}

static void publish(int index, struct garner_rows *rows)
{
    gn_lock(&lock);
    open_rows[index] = rows;
    gn_unlock(&lock);
}

static void *cancel_some(void *unused)
{
    for (int i = 0; !atomic_load(&stop); i = (i + 1) % READERS) {
        gn_lock(&lock);
        if (open_rows[i] != NULL)
            garner_rows_cancel(open_rows[i]);
        gn_unlock(&lock);
        for (int before = atomic_load(&commits);
             before == atomic_load(&commits) && !atomic_load(&stop);)
            sched_yield();
    }
    return unused;
}

/* All rows of one snapshot have the same b. The first reader is slow. */
static enum garner_code read_all(struct hand *h, struct garner_rows *rows)
{
    const int before = atomic_load(&commits);
    int64_t b = 0;
    int n = 0;
    enum garner_code code;

    while ((code = garner_next(rows, &h->err)) == GARNER_ROW) {
        struct garner_value v = garner_column(rows, 0);

        if (n++ > 0 && v.integer != b)
            gn_fail(&h->err, GARNER_CORRUPT, "b is %d", (int)v.integer);
        b = v.integer;
        while (h->index == 0 && n == 1 && !atomic_load(&stop) &&
               atomic_load(&commits) < before + 50)
            sched_yield();
        if (garner_column(rows, 1).bytes.size != 2000 ||
            garner_column(rows, 0).integer != b)
            gn_fail(&h->err, GARNER_CORRUPT, "a value did not stay");
    }
    if (code == GARNER_DONE && n != ROWS)
        gn_fail(&h->err, GARNER_CORRUPT, "%d rows", n);
    return code;
}

/* false: it failed as it should not. */
static bool count_end(struct hand *h, enum garner_code code)
{
    if (h->err.code == GARNER_CORRUPT)
        return false;
    if (code == GARNER_DONE)
        atomic_fetch_add(&done, 1);
    else if (code == GARNER_CANCELED)
        atomic_fetch_add(&canceled, 1);
    else if (code == GARNER_TIMEOUT &&
             strstr(h->err.message, "max_read_age_ms") != NULL)
        atomic_fetch_add(&ended, 1);
    else
        return false;
    h->err.code = GARNER_OK;
    return true;
}

static void *read_rows(void *argument)
{
    struct hand *h = argument;
    struct garner_rows *rows;

    while (!atomic_load(&stop)) {
        enum garner_code code =
            garner_query(store, "select b, c from t", NULL, 0, &rows, &h->err);

        if (code == GARNER_OK) {
            publish(h->index, rows);
            code = read_all(h, rows);
            publish(h->index, NULL);
            garner_rows_close(rows);
        }
        if (!count_end(h, code))
            atomic_store(&stop, true);
    }
    return NULL;
}

static void readers_writers_and_those_who_end_them(void **state)
{
    struct hand hands[READERS + WRITERS] = {0};
    pthread_t canceler;

    (void)state;
    exec("create table t(a integer primary key, b, c)");
    exec("insert into t with recursive n(i) as (select 1 union all select i + "
         "1 from n where i < 20) select i, 0, zeroblob(2000) from n");
    for (int i = 0; i < READERS + WRITERS; i++) {
        hands[i].index = i;
        assert_int_equal(gn_thread_start(&hands[i].thread,
                                         i < READERS ? read_rows : write_rows,
                                         &hands[i], NULL),
                         GARNER_OK);
    }
    assert_int_equal(gn_thread_start(&canceler, cancel_some, NULL, NULL), 0);
    while (!atomic_load(&stop) &&
           (atomic_load(&done) < READERS * EACH ||
            atomic_load(&canceled) == 0 || atomic_load(&ended) == 0))
        usleep(1000);
    atomic_store(&stop, true);
    for (int i = 0; i < READERS + WRITERS; i++)
        gn_thread_join(hands[i].thread);
    gn_thread_join(canceler);
    for (int i = 0; i < READERS + WRITERS; i++)
        if (hands[i].err.code != GARNER_OK)
            fail_msg("%d: %s", i, hands[i].err.message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_forgotten_cursor_does_not_let_the_log_eat_the_disk,
             with_small_log),
        WITH(a_long_export_beside_few_writes_is_left_alone, with_small_log),
        WITH(readers_writers_and_those_who_end_them, with_small_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
