/* submit_test.c - units of work that fail, or are written later: which row
 * it was, and that done is called once. */
#include "store/unit/fixture_test.h"

#include "base/error.h"

/* What a callback was told. */
struct told {
    pthread_mutex_t lock;
    pthread_cond_t called;

    /* guarded by lock */
    int times;
    struct garner_result result;
    struct garner_error err;
};

static struct told told;

static int submit_up(void **state)
{
    told = (struct told){0};
    gn_mutex_init(&told.lock);
    gn_cond_init(&told.called);
    return unit_fixture_up(state);
}

static int submit_down(void **state)
{
    const int failed = unit_fixture_down(state);

    gn_cond_fini(&told.called);
    gn_mutex_fini(&told.lock);
    return failed;
}

static void note_told(void *context, const struct garner_result *result,
                      const struct garner_error *err)
{
    assert_ptr_equal(context, &told);
    gn_lock(&told.lock);
    told.times++;
    told.result = *result;
    if (err != NULL)
        told.err = *err;
    gn_cond_wake_all(&told.called);
    gn_unlock(&told.lock);
}

/* Submits the unit and begins another. */
static void submit(garner_done *done)
{
    struct garner_error err;

    if (garner_unit_submit(unit, done, &told, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    assert_int_equal(garner_unit_new(store, &unit, NULL), GARNER_OK);
}

static void wait_until_told(void)
{
    gn_lock(&told.lock);
    while (told.times == 0)
        gn_cond_wait(&told.called, &told.lock);
    assert_int_equal(told.times, 1);
    gn_unlock(&told.lock);
}

/* Rows 1 to count, of which the culprit's x is NULL, in a table where several
 * go into a statement, or not. */
static void add_rows(const char *table, int count, int culprit)
{
    for (int i = 1; i <= count; i++)
        INSERT(table, I("id", i),
               {"x", i == culprit ? garner_null() : garner_integer(i)});
}

static void two_tables(void)
{
    exec("create table plain (id integer primary key, x not null)");
    exec("create table marked (id integer primary key, x not null, y unique)");
}

/* --- the row that fails ----------------------------------------------------
 */

static void the_row_that_fails_is_named(void **state)
{
    static const int culprits[] = {1, 2, 32, 33, 63, 64, 65, 72, 73, 79, 80};
    char words[120];

    (void)state;
    two_tables();
    for (size_t i = 0; i < sizeof culprits / sizeof culprits[0]; i++) {
        snprintf(words, sizeof words,
                 "row %d (insert into plain): NOT NULL constraint failed: "
                 "plain.x",
                 culprits[i]);
        add_rows("plain", 80, culprits[i]);
        refused(GARNER_CONSTRAINT, words);
        snprintf(words, sizeof words,
                 "row %d (insert into marked): NOT NULL constraint failed: "
                 "marked.x",
                 culprits[i]);
        add_rows("marked", 80, culprits[i]);
        refused(GARNER_CONSTRAINT, words);
    }
    assert_int_equal(number("select (select count(*) from plain) + (select "
                            "count(*) from marked)"),
                     0);
}

static void a_lone_row_that_fails_is_named(void **state)
{
    (void)state;
    two_tables();
    add_rows("marked", 1, 1);
    refused(GARNER_CONSTRAINT, "row 1 (insert into marked): NOT NULL");
    add_rows("plain", 32, 7); /* one statement */
    refused(GARNER_CONSTRAINT, "row 7 (insert into plain): NOT NULL");
}

static void rows_are_numbered_as_they_were_added(void **state)
{
    (void)state;
    exec("create table a (id integer primary key)");
    exec("create table b (id integer primary key, a_id references a)");
    exec("insert into b values (5, null)");
    for (int i = 1; i <= 40; i++) {
        INSERT("b", I("id", 41 - i), I("a_id", i)); /* 36: id 5 is row 71 */
        INSERT("a", I("id", i));
    }
    refused(GARNER_CONSTRAINT,
            "row 71 (insert into b): UNIQUE constraint failed: b.id");
    INSERT("b", I("id", 1), I("a_id", 7));
    INSERT("a", I("id", 8));
    refused(GARNER_CONSTRAINT, "row 1 (insert into b): FOREIGN KEY");
    UPDATE("b", 1, I("id", 5), I("a_id", 9));
    INSERT("a", I("id", 8));
    refused(GARNER_CONSTRAINT, "row 1 (update of b): FOREIGN KEY");
}

static void finding_the_row_leaves_no_trace(void **state)
{
    struct garner_stats stats;

    (void)state;
    two_tables();
    add_rows("plain", 64, 40);
    refused(GARNER_CONSTRAINT, "row 40 (insert into plain)");
    garner_stats(store, &stats);
    assert_int_equal(stats.failed, 2); /* the batch and its trial */
    assert_int_equal(number("select count(*) from plain"), 0);
}

static void failures_of_nobody_are_passed_on(void **state)
{
    const int64_t deadline_ns = SECONDS(20); /* the store's own is later */
    struct garner_error err;
    enum garner_code code;
    sqlite3 *db;

    (void)state;
    two_tables();
    add_rows("plain", 40, 0);
    garner_unit_set_timeout(unit, 0);
    db = foreign_open();
    foreign_run(db, "begin immediate");
    code = garner_unit_write(unit, NULL, &err);
    assert_true(code == GARNER_BUSY || code == GARNER_TIMEOUT);
    assert_int_equal(err.code, code);
    assert_null(strstr(err.message, "row "));
    assert_true(gn_clock_monotonic_ns() < deadline_ns);
    foreign_run(db, "commit");
    foreign_close(db);
    garner_unit_set_timeout(unit, 20000);
    assert_int_equal(write_unit(), 40);
}

static void what_cannot_be_written_is_told_by_the_store(void **state)
{
    struct garner_options options;
    struct garner_store *reader;
    struct garner_unit *u;

    (void)state;
    two_tables();
    garner_options_init(&options);
    options.read_only = true;
    assert_int_equal(garner_open(fixture.db, &options, &reader, NULL),
                     GARNER_OK);
    assert_int_equal(garner_unit_new(reader, &u, NULL), GARNER_OK);
    assert_int_equal(
        garner_unit_insert(u, "plain", GARNER_FIELDS(I("x", 1)), NULL),
        GARNER_OK);
    assert_int_equal(garner_unit_write(u, NULL, NULL), GARNER_UNSUPPORTED);
    assert_int_equal(garner_unit_submit(u, note_told, &told, NULL),
                     GARNER_UNSUPPORTED);
    garner_unit_free(u);
    garner_close(reader);
    assert_int_equal(told.times, 0);
}

/* --- later -----------------------------------------------------------------
 */

static void done_is_told_of_success(void **state)
{
    (void)state;
    two_tables();
    add_rows("plain", 100, 0);
    submit(note_told);
    wait_until_told();
    assert_int_equal(told.err.code, GARNER_OK);
    assert_int_equal(told.result.changes, 100);
    assert_int_equal(told.result.last_rowid, 100);
    assert_int_equal(number("select count(*) from plain"), 100);
}

static void done_is_told_which_row_failed(void **state)
{
    (void)state;
    two_tables();
    add_rows("plain", 100, 45);
    submit(note_told);
    wait_until_told();
    assert_int_equal(told.err.code, GARNER_CONSTRAINT);
    assert_non_null(strstr(told.err.message, "row 45 (insert into plain): NOT "
                                             "NULL constraint failed"));
    assert_int_equal(told.result.changes, 0);
    assert_int_equal(number("select count(*) from plain"), 0);
}

static void done_is_told_of_a_statement_of_one_row(void **state)
{
    (void)state;
    two_tables();
    add_rows("marked", 100, 45);
    submit(note_told);
    wait_until_told();
    assert_non_null(strstr(told.err.message, "row 45 (insert into marked): "));
}

/* The store takes nothing more then, the trial neither. */
static void a_closing_store_names_the_rows_together(void **state)
{
    (void)state;
    two_tables();
    add_rows("plain", 100, 45);
    submit(note_told);
    garner_unit_free(unit);
    garner_close(store); /* calls back all that is due */
    assert_int_equal(told.times, 1);
    assert_int_equal(told.err.code, GARNER_CONSTRAINT);
    assert_non_null(strstr(told.err.message, "(insert into plain): NOT NULL"));
    store = NULL;
    unit = NULL;
}

static void count_lost(void *context, const char *line)
{
    struct told *t = context;

    gn_lock(&t->lock);
    if (strstr(line, "NOT NULL constraint failed") != NULL)
        t->times++;
    gn_unlock(&t->lock);
}

static void without_done_a_failure_is_not_silent(void **state)
{
    struct garner_error err;

    (void)state;
    two_tables();
    garner_set_log(count_lost, &told);
    add_rows("plain", 100, 45);
    submit(NULL);
    assert_int_equal(garner_flush(store, &err), GARNER_CONSTRAINT);
    garner_set_log(NULL, NULL);
    assert_int_equal(told.times, 1);
    add_rows("plain", 100, 0);
    submit(NULL);
    assert_int_equal(garner_flush(store, &err), GARNER_OK);
    assert_int_equal(number("select count(*) from plain"), 100);
}

static void what_cannot_be_planned_is_not_taken(void **state)
{
    (void)state;
    INSERT("nosuch", I("id", 1));
    assert_int_equal(garner_unit_submit(unit, note_told, &told, NULL),
                     GARNER_NOTFOUND);
    assert_int_equal(garner_unit_count(unit), 1); /* still ours */
    exec("create table nosuch (id integer primary key)");
    submit(note_told);
    wait_until_told();
    assert_int_equal(told.err.code, GARNER_OK);
    submit(note_told); /* an empty one */
    gn_lock(&told.lock);
    while (told.times < 2)
        gn_cond_wait(&told.called, &told.lock);
    gn_unlock(&told.lock);
}

static void a_queued_write_is_acknowledged_at_once(void **state)
{
    struct garner_error err;

    (void)state;
    two_tables();
    garner_set_log(count_lost, &told);
    garner_unit_set_ack(unit, GARNER_QUEUED);
    add_rows("plain", 40, 7);
    assert_int_equal(garner_unit_write(unit, NULL, NULL), GARNER_OK);
    garner_unit_clear(unit); /* the settings stay */
    assert_int_equal(garner_flush(store, &err), GARNER_CONSTRAINT);
    garner_set_log(NULL, NULL);
    assert_non_null(strstr(err.message, "statement 1 of"));
    add_rows("plain", 40, 0);
    assert_int_equal(garner_unit_write(unit, NULL, NULL), GARNER_OK);
    assert_int_equal(garner_flush(store, NULL), GARNER_OK);
    assert_int_equal(number("select count(*) from plain"), 40);
}

static void a_store_in_memory_does_too(void **state)
{
    (void)state;
    garner_unit_free(unit);
    garner_close(store);
    store = open_store(":memory:");
    assert_int_equal(garner_unit_new(store, &unit, NULL), GARNER_OK);
    two_tables();
    add_rows("plain", 40, 7);
    refused(GARNER_CONSTRAINT, "row 7 (insert into plain)");
    add_rows("marked", 40, 0);
    submit(note_told);
    wait_until_told();
    assert_int_equal(number("select count(*) from marked"), 40);
}

#define SUBMIT_TEST(f)                                                         \
    cmocka_unit_test_setup_teardown(f, submit_up, submit_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUBMIT_TEST(the_row_that_fails_is_named),
        SUBMIT_TEST(a_lone_row_that_fails_is_named),
        SUBMIT_TEST(rows_are_numbered_as_they_were_added),
        SUBMIT_TEST(finding_the_row_leaves_no_trace),
        SUBMIT_TEST(failures_of_nobody_are_passed_on),
        SUBMIT_TEST(what_cannot_be_written_is_told_by_the_store),
        SUBMIT_TEST(done_is_told_of_success),
        SUBMIT_TEST(done_is_told_which_row_failed),
        SUBMIT_TEST(done_is_told_of_a_statement_of_one_row),
        SUBMIT_TEST(a_closing_store_names_the_rows_together),
        SUBMIT_TEST(without_done_a_failure_is_not_silent),
        SUBMIT_TEST(what_cannot_be_planned_is_not_taken),
        SUBMIT_TEST(a_queued_write_is_acknowledged_at_once),
        SUBMIT_TEST(a_store_in_memory_does_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
