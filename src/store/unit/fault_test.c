/* fault_test.c - units of work when memory is short, when the schema
 * changes under them, and in a child of fork. */
#include "store/unit/fixture_test.h"

#include <stdatomic.h>
#include <sys/wait.h>

/* --- memory ----------------------------------------------------------------
 */

static enum garner_code fill(struct garner_unit *u)
{
    enum garner_code code = GARNER_OK;

    for (int i = 40; i >= 1 && code == GARNER_OK; i--) {
        const int up = i > 1 ? i - 1 : 1;

        code = garner_unit_insert(u, "node",
                                  GARNER_FIELDS(I("id", i), I("up", up)), NULL);
        if (code == GARNER_OK)
            code = garner_unit_upsert(
                u, "leaf", 1, GARNER_FIELDS(I("id", i), I("node", i)), NULL);
    }
    if (code == GARNER_OK)
        code = garner_unit_delete(u, "leaf", GARNER_FIELDS(I("id", 40)), NULL);
    return code;
}

/* A whole unit, of which the nth allocation fails. */
static enum garner_code write_once(void)
{
    struct garner_unit *u = NULL;
    enum garner_code code = garner_unit_new(store, &u, NULL);
    struct garner_result result;

    if (code == GARNER_OK)
        code = fill(u);
    if (code == GARNER_OK)
        code = garner_unit_write(u, &result, NULL);
    if (code == GARNER_OK)
        assert_int_equal(result.changes, 81);
    garner_unit_free(u);
    return code;
}

static void node_and_leaf(void)
{
    exec("create table node (id integer primary key, up integer references "
         "node)");
    exec("create table leaf (id integer primary key, node integer not null "
         "references node)");
}

static void lost_memory_is_an_error_and_nothing_is_written(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    unsigned nth = 1;

    (void)state;
    node_and_leaf();
    for (; code != GARNER_OK; nth++) {
        gn_mem_fail_at(nth);
        code = write_once();
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
        assert_int_equal(number("select (select count(*) from node) + (select "
                                "count(*) from leaf)"),
                         0);
    }
    assert_true(nth > 10);
    assert_int_equal(number("select count(*) from node"), 40);
}

static void a_unit_survives_lost_memory(void **state)
{
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    node_and_leaf();
    assert_int_equal(fill(unit), GARNER_OK);
    for (unsigned nth = 1; code != GARNER_OK; nth++) {
        gn_mem_fail_at(nth);
        code = garner_unit_write(unit, NULL, NULL);
        gn_mem_fail_at(0);
    }
    assert_int_equal(number("select count(*) from node"), 40);
}

/* What a callback was told; times is set last. */
struct told {
    struct garner_error err;
    atomic_int times;
};

static void note_told(void *context, const struct garner_result *result,
                      const struct garner_error *err)
{
    struct told *t = context;

    (void)result;
    if (err != NULL)
        t->err = *err;
    atomic_fetch_add(&t->times, 1);
}

/* Submits a unit of which row 40 is refused, while the nth allocation fails.
 * true: the row was named, so that none did fail. */
static bool submit_once(unsigned nth)
{
    const int64_t deadline_ns = SECONDS(20);
    struct told told = {0};
    enum garner_code taken;

    for (int i = 1; i <= 64; i++)
        INSERT("a", I("id", i),
               {"x", i == 40 ? garner_null() : garner_integer(i)});
    gn_mem_fail_at(nth);
    taken = garner_unit_submit(unit, note_told, &told, NULL);
    while (taken == GARNER_OK && atomic_load(&told.times) == 0 &&
           gn_clock_monotonic_ns() < deadline_ns)
        usleep(100);
    gn_mem_fail_at(0);
    if (taken == GARNER_OK)
        assert_int_equal(garner_unit_new(store, &unit, NULL), GARNER_OK);
    garner_unit_clear(unit);
    assert_int_equal(garner_flush(store, NULL), GARNER_OK);
    assert_int_equal(atomic_load(&told.times), taken == GARNER_OK);
    if (taken != GARNER_OK)
        assert_int_equal(taken, GARNER_NOMEM);
    else if (told.err.code != GARNER_NOMEM)
        assert_non_null(strstr(told.err.message, "NOT NULL constraint"));
    return strstr(told.err.message, "row 40 (insert into a): ") != NULL;
}

/* Nor does the trial that looks for the row, without which several are named
 * together. */
static void lost_memory_while_submitting_loses_no_callback(void **state)
{
    unsigned nth = 1;

    (void)state;
    exec("create table a (id integer primary key, x not null)");
    while (!submit_once(nth))
        nth++;
    assert_true(nth > 10);
    assert_int_equal(number("select count(*) from a"), 0);
}

/* --- the schema ------------------------------------------------------------
 */

/* The thread that writes the unit. */
struct attempt {
    enum garner_code code;
    struct garner_error err;
    atomic_bool ended;
};

static void *write_in_thread(void *argument)
{
    struct attempt *a = argument;

    a->code = garner_unit_write(unit, NULL, &a->err);
    atomic_store(&a->ended, true);
    return NULL;
}

static uint64_t queries(void)
{
    struct garner_stats stats;

    garner_stats(store, &stats);
    return stats.queries;
}

/* Changes the schema, by sql, after the unit was planned by the old one and
 * before its batch is run: that waits for the lock held here. */
static void write_while_it_changes(const char *sql, struct attempt *a)
{
    const int64_t deadline_ns = SECONDS(20);
    const uint64_t before = queries();
    sqlite3 *db = foreign_open();
    pthread_t thread;

    foreign_run(db, "begin immediate");
    *a = (struct attempt){.code = GARNER_DONE};
    assert_int_equal(pthread_create(&thread, NULL, write_in_thread, a), 0);
    /* The version, and two tables; then it is planned and waits. */
    while (queries() < before + 3 && gn_clock_monotonic_ns() < deadline_ns)
        usleep(1000);
    assert_false(atomic_load(&a->ended));
    foreign_run(db, sql);
    foreign_run(db, "commit");
    foreign_close(db);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void a_unit_is_planned_anew_when_the_schema_changed(void **state)
{
    struct attempt a;

    (void)state;
    exec("create table a (id integer primary key, b_id integer references b)");
    exec("create table b (id integer primary key, a_id integer)");
    INSERT("a", I("id", 1), I("b_id", 1));
    INSERT("b", I("id", 1), I("a_id", 1));
    write_while_it_changes(
        "drop table a; drop table b; create table a (id integer primary key, "
        "b_id integer); create table b (id integer primary key, a_id integer "
        "references a)",
        &a);
    if (a.code != GARNER_OK)
        fail_msg("%s", a.err.message);
    assert_int_equal(number("select count(*) from a join b on a.id = a_id"), 1);
}

static void a_unit_is_refused_anew_when_the_schema_changed(void **state)
{
    struct attempt a;

    (void)state;
    exec("create table a (id integer primary key, x)");
    exec("create table b (id integer primary key)");
    INSERT("a", I("id", 1), I("x", 1));
    INSERT("b", I("id", 1));
    write_while_it_changes("alter table a rename column x to y", &a);
    assert_int_equal(a.code, GARNER_NOTFOUND);
    assert_string_equal(a.err.message, "row 1 (insert into a): the table has "
                                       "no column x");
    assert_int_equal(number("select count(*) from b"), 0);
}

/* --- fork ------------------------------------------------------------------
 */

static void a_child_may_not_write_its_parents_units(void **state)
{
    int status;
    pid_t child;

    (void)state;
    exec("create table a (id integer primary key)");
    INSERT("a", I("id", 1));
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(garner_unit_write(unit, NULL, NULL) == GARNER_MISUSE &&
                      garner_unit_submit(unit, note_told, NULL, NULL) ==
                          GARNER_MISUSE
                  ? 0
                  : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(write_unit(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(lost_memory_is_an_error_and_nothing_is_written),
        UNIT_TEST(a_unit_survives_lost_memory),
        UNIT_TEST(lost_memory_while_submitting_loses_no_callback),
        UNIT_TEST(a_unit_is_planned_anew_when_the_schema_changed),
        UNIT_TEST(a_unit_is_refused_anew_when_the_schema_changed),
        UNIT_TEST(a_child_may_not_write_its_parents_units),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
