/* apply_test.c - in a group only the guilty fail, and all others are there
 * exactly once, in order. */
#include "store/fixture_test.h"

#include <errno.h>

#include "store/commit/apply.h"
#include "store/driver/transaction.h"

enum { MOST = 64 };

static struct gn_sqlite *c;
static struct note notes[MOST];
static struct gn_ticket *group[MOST];
static size_t in_group;
static struct gn_apply_counts counts;

/* Stands in for libc's, which SQLite calls. */
static bool disk_fails;
static int syncs;

GARNER_API int fdatasync(int fildes)
{
    (void)fildes;
    syncs++;
    errno = EIO;
    return disk_fails ? -1 : 0;
}

static int with_tables(void **state)
{
    struct gn_sqlite_options options;

    if (fixture_up(state) != 0)
        return -1;
    options = writer_options();
    options.foreign_keys = true;
    if (gn_sqlite_open(&options, &c, NULL) != GARNER_OK)
        return -1;
    gn_sqlite_set_busy_deadline(c, SECONDS(20));
    run(c, "create table t(a integer primary key, b)");
    run(c, "create table parent(a primary key)");
    run(c, "create table child(a references parent deferrable initially "
           "deferred)");
    run(c, "create table gate(a)");
    run(c, "create trigger g1 before insert on gate when new.a = 'rollback' "
           "begin select raise(rollback, 'the gate is shut'); end");
    run(c, "create trigger g2 after insert on gate when new.a = 'fail' "
           "begin insert into t values (99, 0); "
           "select raise(fail, 'it failed'); end");
    in_group = 0;
    counts = (struct gn_apply_counts){0};
    disk_fails = false;
    return 0;
}

static int without_tables(void **state)
{
    disk_fails = false;
    gn_sqlite_close(c);
    return fixture_down(state);
}

/* Adds one with these statements to the group. */
#define JOIN(...)                                                              \
    (group[in_group] = NOTE(&notes[in_group], __VA_ARGS__)), in_group++

static void apply(void)
{
    assert_int_equal(gn_apply(c, group, in_group, &counts, NULL), GARNER_OK);
    assert_false(gn_transaction_is_open(c));
}

/* Codes of the group: "." for OK, "C" constraint, "S" SQL, "I" IO, "?". */
static const char *codes(void)
{
    static char text[MOST + 1];

    for (size_t i = 0; i < in_group; i++) {
        const enum garner_code code = group[i]->code;

        text[i] = '?';
        if (code == GARNER_OK)
            text[i] = '.';
        else if (code == GARNER_CONSTRAINT)
            text[i] = 'C';
        else if (code == GARNER_SQL)
            text[i] = 'S';
        else if (code == GARNER_IO)
            text[i] = 'I';
        if (code != GARNER_OK) {
            assert_int_equal(notes[i].err.code, code);
            assert_int_equal(group[i]->result.changes, 0);
            assert_int_equal(group[i]->result.last_rowid, 0);
        }
    }
    text[in_group] = '\0';
    return text;
}

static void all_share_one_transaction(void **state)
{
    (void)state;
    JOIN("insert into t values (1, 'a'), (2, 'b')");
    JOIN("insert into t values (3, 'c')", "insert into t values (4, 'd')");
    JOIN("update t set b = 'x' where a > 2");
    JOIN("delete from t where a = 1");
    apply();
    assert_string_equal(codes(), "....");
    assert_int_equal(counts.transactions, 1);
    assert_int_equal(counts.reruns, 0);
    assert_int_equal(group[0]->result.changes, 2);
    assert_int_equal(group[0]->result.last_rowid, 2);
    assert_int_equal(group[1]->result.changes, 2);
    assert_int_equal(group[1]->result.last_rowid, 4);
    assert_int_equal(group[2]->result.changes, 2);
    assert_int_equal(group[2]->result.last_rowid, 0);
    assert_int_equal(group[3]->result.changes, 1);
    assert_string_equal(foreign_text("select a || b from t order by a"),
                        "2b,3x,4x");
}

static void a_lone_statement_is_the_same(void **state)
{
    static const char *const failing[] = {
        "insert into t values (1, 0)",
        "insert or rollback into t values (1, 0)",
        "insert into gate values ('rollback')",
        "insert into gate values ('fail')",
        "insert or fail into t values (50, 0), (1, 0)",
        "insert into child values (5)",
        "not SQL at all",
        "commit",
        "vacuum",
    };

    (void)state;
    JOIN("insert into t values (1, 0)");
    apply();
    assert_string_equal(codes(), ".");
    assert_int_equal(group[0]->result.changes, 1);
    assert_int_equal(group[0]->result.last_rowid, 1);
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        in_group = 0;
        JOIN(failing[i]);
        apply();
        assert_string_not_equal(codes(), ".");
        notes[0].ticket.err = NULL;
        apply();
        assert_int_not_equal(group[0]->code, GARNER_OK);
    }
    assert_string_equal(foreign_text("select a from t"), "1");
    assert_string_equal(foreign_text("select count(*) from gate"), "0");
    assert_int_equal(counts.transactions, 1 + 18);
}

static void a_failed_statement_fails_alone(void **state)
{
    (void)state;
    JOIN("insert into t values (1, 0)");
    JOIN("insert into t values (1, 0)");
    JOIN("insert into nowhere values (1)");
    JOIN("insert into t values (2, 0)", "insert into t values (2, 0)",
         "insert into t values (3, 0)");
    JOIN("insert into t values (4, 0)");
    apply();
    assert_string_equal(codes(), ".CSC.");
    assert_int_equal(counts.transactions, 1);
    assert_string_equal(foreign_text("select a from t"), "1,4");
    assert_memory_equal(notes[3].err.message, "statement 2 of 3: UNIQUE", 24);
    assert_int_equal(notes[3].err.native, SQLITE_CONSTRAINT_PRIMARYKEY);
    assert_int_equal(group[4]->result.last_rowid, 4);
}

static void who_rolls_all_back_fails_alone(void **state)
{
    (void)state;
    JOIN("insert into t values (1, 0)");
    JOIN("insert or rollback into t values (1, 1)");
    JOIN("insert into t values (2, 0)", "insert into t values (3, 0)");
    JOIN("insert into gate values ('rollback')");
    JOIN("insert into t values (4, 0)");
    JOIN("insert into t values (5, 0)",
         "insert or rollback into t values (1, 1)",
         "insert into t values (6, 0)");
    JOIN("insert into t values (7, 0)");
    apply();
    assert_string_equal(codes(), ".C.C.C.");
    assert_string_equal(foreign_text("select a from t"), "1,2,3,4,7");
    assert_non_null(strstr(notes[3].err.message, "the gate is shut"));
    assert_true(counts.reruns > 0);
    assert_int_equal(group[2]->result.changes, 2);
}

static void who_fails_halfway_leaves_no_half(void **state)
{
    (void)state;
    JOIN("insert into t values (1, 0)");
    JOIN("insert or fail into t values (2, 0), (1, 0), (3, 0)");
    JOIN("insert into gate values ('fail')");
    JOIN("update or fail t set a = a + 1");
    JOIN("insert into t values (4, 0)");
    apply();
    assert_string_equal(codes(), ".CC..");
    assert_string_equal(foreign_text("select a from t"), "2,4");
    assert_string_equal(foreign_text("select count(*) from gate"), "0");
}

static void who_fails_at_commit_is_found(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        if (i == 3 || i == 4 || i == 17)
            JOIN("insert into child values (5)");
        else if (i == 11)
            JOIN("insert into child values (5)", "insert into t values (0, 0)");
        else
            JOIN("insert into t(b) values (1)");
    }
    apply();
    assert_string_equal(codes(), "...CC......C.....C..");
    assert_string_equal(foreign_text("select count(*) from t where b = 1"),
                        "16");
    assert_string_equal(foreign_text("select count(*) from child"), "0");
    assert_string_equal(foreign_text("select count(*) from t where a = 0"),
                        "0");
    assert_non_null(strstr(notes[3].err.message, "FOREIGN KEY"));
    assert_in_range(counts.transactions, 2, 21); /* halves, not each */
}

static void all_kinds_of_failures_in_one_group(void **state)
{
    static const char *const guilty[] = {
        "insert into t values (1, 0)",
        "insert or rollback into t values (1, 0)",
        "insert into gate values ('rollback')",
        "insert into gate values ('fail')",
        "insert or fail into t values (50, 0), (1, 0)",
        "insert into child values (5)",
        "not SQL at all",
        "commit",
    };
    const size_t kinds = sizeof guilty / sizeof guilty[0];

    (void)state;
    JOIN("insert into t values (1, 'first')");
    for (size_t i = 0; i < kinds * 3; i++) {
        JOIN(guilty[i * 5 % kinds]);
        JOIN("insert into t(b) values ('good')");
    }
    apply();
    for (size_t i = 0; i < in_group; i++)
        if ((group[i]->code == GARNER_OK) != (i % 2 == 0))
            fail_msg("%zu: %s", i, notes[i].err.message);
    assert_string_equal(foreign_text("select count(*) from t"), "25");
    assert_string_equal(foreign_text("select count(*) from t where b = 'good'"),
                        "24");
    /* In order: rowids rise with the tickets. */
    for (size_t i = 4; i < in_group; i += 2)
        assert_true(group[i]->result.last_rowid >
                    group[i - 2]->result.last_rowid);
}

static void one_failure_does_not_stand_on_another(void **state)
{
    (void)state;
    /* The second fails for the first, which itself fails at COMMIT. */
    JOIN("insert into t values (1, 'guilty')", "insert into child values (5)");
    JOIN("insert into t values (1, 'good')");
    apply();
    assert_string_equal(codes(), "C.");
    assert_string_equal(foreign_text("select b from t"), "good");
}

static void a_full_database_fails_those_who_do_not_fit(void **state)
{
    (void)state;
    run(c, "pragma max_page_count=30");
    JOIN("insert into t values (1, 0)");
    JOIN("insert into t values (2, zeroblob(1000000))");
    JOIN("insert into t values (3, 0)");
    JOIN("insert into t values (4, 0)",
         "insert into t values (5, zeroblob(1000000))");
    JOIN("insert into t values (6, 0)");
    apply();
    assert_string_equal(codes(), ".I.I.");
    assert_non_null(strstr(notes[1].err.message, "full"));
    assert_string_equal(foreign_text("select a from t"), "1,3,6");
}

static void a_disk_that_cannot_sync_fails_all(void **state)
{
    (void)state;
    JOIN("insert into t values (1, 0)");
    JOIN("insert into t values (2, 0)");
    JOIN("insert into t values (3, 0)");
    disk_fails = true;
    apply();
    assert_string_equal(codes(), "III");
    disk_fails = false;
    apply();
    assert_string_equal(codes(), "...");
    assert_string_equal(foreign_text("select a from t"), "1,2,3");
}

static void what_is_acknowledged_as_synced_is(void **state)
{
    (void)state;
    assert_int_equal(gn_sqlite_set_sync(c, true, NULL), GARNER_OK);
    JOIN("insert into t values (1, 0)");
    notes[0].ticket.ack = GARNER_COMMITTED;
    syncs = 0;
    apply();
    assert_int_equal(syncs, 0);
    assert_int_equal(counts.syncs, 0);
    /* Nothing of this one is committed, but those before are to be synced. */
    in_group = 0;
    JOIN("insert into t values (1, 0)");
    JOIN("insert into t select 2, 0 where 0");
    apply();
    assert_string_equal(codes(), "C.");
    assert_int_equal(syncs, 1);
    in_group = 0;
    group[in_group++] = note_init(&notes[0], NULL, 0); /* a flush */
    apply();
    assert_int_equal(syncs, 1); /* nothing left */
    JOIN("insert into t values (3, 0)");
    apply();
    assert_string_equal(codes(), "..");
    assert_int_equal(syncs, 2);
}

static void a_flush_that_cannot_sync_fails(void **state)
{
    (void)state;
    JOIN("insert into t values (1, 0)");
    notes[0].ticket.ack = GARNER_QUEUED;
    apply();
    in_group = 0;
    group[in_group++] = note_init(&notes[0], NULL, 0);
    disk_fails = true;
    apply();
    assert_string_equal(codes(), "I");
    assert_non_null(strstr(notes[0].err.message, "cannot be synced"));
    disk_fails = false;
    apply();
    assert_string_equal(codes(), ".");
}

static void a_foreign_lock_leaves_all_unrun(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct garner_error err;

    (void)state;
    JOIN("insert into t values (1, 0)");
    JOIN("insert into t values (2, 0)");
    foreign_run(foreign, "begin immediate");
    gn_sqlite_set_busy_deadline(c, gn_clock_monotonic_ns() + 2000000);
    assert_int_equal(gn_apply(c, group, in_group, &counts, &err), GARNER_BUSY);
    assert_int_equal(err.code, GARNER_BUSY);
    assert_true(group[0]->unrun && group[1]->unrun);
    assert_int_equal(counts.transactions, 0);
    foreign_run(foreign, "commit");
    apply();
    assert_string_equal(codes(), "..");
    assert_false(group[0]->unrun || group[1]->unrun);
    foreign_close(foreign);
}

static sqlite3 *handle; /* of c */

static int keep_handle(sqlite3 *db, const char **message, const void *api)
{
    (void)message;
    (void)api;
    handle = db;
    return SQLITE_OK;
}

static void take_lock(void *foreign)
{
    foreign_run(foreign, "begin immediate");
    sqlite3_rollback_hook(handle, NULL, NULL);
}

static void a_foreign_lock_leaves_a_lone_one_unrun(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct garner_error err;

    (void)state;
    JOIN("insert into t values (1, 0)");
    foreign_run(foreign, "begin immediate");
    gn_sqlite_set_busy_deadline(c, gn_clock_monotonic_ns() + 2000000);
    assert_int_equal(gn_apply(c, group, in_group, &counts, &err), GARNER_BUSY);
    assert_int_equal(err.code, GARNER_BUSY);
    assert_true(group[0]->unrun);
    assert_int_equal(notes[0].err.code, GARNER_OK); /* not told */
    foreign_run(foreign, "commit");
    apply();
    assert_string_equal(codes(), ".");
    foreign_close(foreign);
}

/* Lets go just when the first to meet the lock gives up. */
static int let_go(void *foreign, int times)
{
    (void)times;
    foreign_run(foreign, "commit");
    return 0;
}

static void a_foreign_lock_midway_keeps_the_order(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct garner_error err;

    (void)state;
    gn_sqlite_close(c);
    sqlite3_auto_extension((void (*)(void))keep_handle);
    c = open_writer();
    sqlite3_cancel_auto_extension((void (*)(void))keep_handle);
    run(c, "insert into t values (9, 0)");
    JOIN("insert into t values (1, 0)");
    JOIN("insert or rollback into t values (9, 0)");
    JOIN("insert into t values (2, 0)");
    sqlite3_rollback_hook(handle, take_lock, foreign);
    sqlite3_busy_handler(handle, let_go, foreign);
    assert_int_equal(gn_apply(c, group, in_group, &counts, &err), GARNER_BUSY);
    assert_true(group[0]->unrun);
    assert_false(group[1]->unrun);
    assert_int_equal(group[1]->code, GARNER_CONSTRAINT);
    assert_true(group[2]->unrun);
    assert_string_equal(foreign_text("select a from t"), "9");
    foreign_close(foreign);
}

static void errors_may_be_unwanted(void **state)
{
    (void)state;
    JOIN("insert into t values (1, 0)", "insert into t values (1, 0)");
    JOIN("nonsense");
    JOIN("insert into child values (5)");
    JOIN("insert into t values (2, 0)");
    for (size_t i = 0; i < in_group; i++)
        group[i]->err = NULL;
    apply();
    assert_int_equal(group[0]->code, GARNER_CONSTRAINT);
    assert_int_equal(group[1]->code, GARNER_SQL);
    assert_int_equal(group[2]->code, GARNER_CONSTRAINT);
    assert_int_equal(group[3]->code, GARNER_OK);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_tables, without_tables)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(all_share_one_transaction),
        WITH(a_lone_statement_is_the_same),
        WITH(a_failed_statement_fails_alone),
        WITH(who_rolls_all_back_fails_alone),
        WITH(who_fails_halfway_leaves_no_half),
        WITH(who_fails_at_commit_is_found),
        WITH(all_kinds_of_failures_in_one_group),
        WITH(one_failure_does_not_stand_on_another),
        WITH(a_full_database_fails_those_who_do_not_fit),
        WITH(a_disk_that_cannot_sync_fails_all),
        WITH(what_is_acknowledged_as_synced_is),
        WITH(a_flush_that_cannot_sync_fails),
        WITH(a_foreign_lock_leaves_all_unrun),
        WITH(a_foreign_lock_leaves_a_lone_one_unrun),
        WITH(a_foreign_lock_midway_keeps_the_order),
        WITH(errors_may_be_unwanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
