/* cache_test.c - found again, made room for, refused. */
#include "store/fixture_test.h"

#include "store/driver/cache.h"

static sqlite3 *db;
static struct gn_cache *cache;
static bool met_trigger;

static int with_cache(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    db = foreign_open();
    return gn_cache_new(db, 3, &met_trigger, &cache, NULL) == GARNER_OK ? 0
                                                                        : -1;
}

static int without_cache(void **state)
{
    gn_cache_free(cache);
    foreign_close(db); /* fails while a statement is left */
    return fixture_down(state);
}

static sqlite3_stmt *get(const char *sql)
{
    const size_t size = strlen(sql);
    sqlite3_stmt *stmt = NULL;

    assert_int_equal(
        gn_cache_get(cache, sql, size, gn_cache_hash(sql, size), &stmt, NULL),
        GARNER_OK);
    /* SQLite keeps it without what follows the statement. */
    assert_memory_equal(sqlite3_sql(stmt), sql, strlen(sqlite3_sql(stmt)));
    return stmt;
}

static enum garner_code refused(const char *sql, struct garner_error *err)
{
    const size_t size = strlen(sql);
    sqlite3_stmt *stmt = NULL;
    enum garner_code code =
        gn_cache_get(cache, sql, size, gn_cache_hash(sql, size), &stmt, err);

    assert_null(stmt);
    return code;
}

/* Whether the connection has a statement with this text. */
static bool is_prepared(const char *sql)
{
    for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s != NULL;
         s = sqlite3_next_stmt(db, s))
        if (strcmp(sqlite3_sql(s), sql) == 0)
            return true;
    return false;
}

static void a_statement_is_prepared_once(void **state)
{
    sqlite3_stmt *one = get("select 1");
    sqlite3_stmt *two = get("select 2");

    (void)state;
    assert_ptr_not_equal(one, two);
    assert_ptr_equal(get("select 1"), one);
    assert_ptr_equal(get("select 1"), one);
    assert_ptr_equal(get("select 2"), two);
}

static void the_least_recently_used_makes_room(void **state)
{
    (void)state;
    get("select 1");
    get("select 2");
    get("select 3");
    get("select 1");
    get("select 4");
    assert_true(is_prepared("select 1"));
    assert_false(is_prepared("select 2"));
    assert_true(is_prepared("select 3"));
    get("select 5");
    assert_false(is_prepared("select 3"));
    assert_true(is_prepared("select 1"));
}

static void who_is_held_is_nobody_else_s(void **state)
{
    sqlite3_stmt *one = get("select 1");
    struct gn_cached *held = gn_cache_hold(cache);
    sqlite3_stmt *other;

    (void)state;
    assert_int_equal(sqlite3_step(one), SQLITE_ROW);
    other = get("select 1");
    assert_ptr_not_equal(other, one);
    for (int i = 2; i < 9; i++) {
        char sql[16];

        snprintf(sql, sizeof sql, "select %d", i);
        get(sql);
    }
    assert_int_equal(sqlite3_column_int(one, 0), 1); /* made no room */
    assert_int_equal(sqlite3_reset(one), SQLITE_OK);
    gn_cache_release(cache, held);
    assert_ptr_equal(get("select 1"), one);
    assert_false(is_prepared("select 6")); /* the room is what it was */
    assert_true(is_prepared("select 7"));
}

static void two_of_the_same_text_both_serve(void **state)
{
    struct gn_cached *held;

    (void)state;
    get("select 1");
    held = gn_cache_hold(cache);
    get("select 1");
    gn_cache_release(cache, held);
    get("select 1");
    get("select 2");
    get("select 3");
    get("select 4");
    assert_false(is_prepared("select 1"));
}

static void many_come_and_go(void **state)
{
    char sql[32];

    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(sql, sizeof sql, "select %d", i * i % 101);
        assert_int_equal(sqlite3_step(get(sql)), SQLITE_ROW);
        assert_int_equal(sqlite3_reset(get(sql)), SQLITE_OK);
    }
}

static void a_hash_that_is_another_s_does_no_harm(void **state)
{
    sqlite3_stmt *a = NULL;
    sqlite3_stmt *b = NULL;
    sqlite3_stmt *again = NULL;

    (void)state;
    assert_int_equal(gn_cache_get(cache, "select 1", 8, 7, &a, NULL), 0);
    assert_int_equal(gn_cache_get(cache, "select 2", 8, 7, &b, NULL), 0);
    assert_string_equal(sqlite3_sql(b), "select 2");
    assert_int_equal(gn_cache_get(cache, "select 1", 8, 7, &again, NULL), 0);
    assert_ptr_equal(again, a);
}

static void one_statement_and_no_more(void **state)
{
    struct garner_error err;

    (void)state;
    get("select 1;");
    get("select 1; -- the end");
    get("select 1 /* and */ ; /* that */ ; ");
    assert_int_equal(refused("select 1; select 2", &err), GARNER_SQL);
    assert_non_null(strstr(err.message, "more than one statement"));
    assert_non_null(strstr(err.message, "begins at:  select 2"));
    assert_int_equal(refused("", &err), GARNER_SQL);
    assert_int_equal(refused(" -- nothing", &err), GARNER_SQL);
    assert_non_null(strstr(err.message, "no statement"));
    assert_int_equal(refused("select 1; selec", NULL), GARNER_SQL);
}

static void what_does_not_prepare_is_not_kept(void **state)
{
    struct garner_error err;

    (void)state;
    assert_int_equal(refused("select a from later", &err), GARNER_SQL);
    assert_non_null(strstr(err.message, "no such table: later"));
    foreign_run(db, "create table later(a)");
    get("select a from later");
}

static int deny_all(void *context, int action, const char *a, const char *b,
                    const char *c, const char *d)
{
    (void)context;
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return action == SQLITE_TRANSACTION ? SQLITE_DENY : SQLITE_OK;
}

static int find_triggers(void *context, int action, const char *a,
                         const char *b, const char *c, const char *trigger)
{
    (void)context;
    (void)action;
    (void)a;
    (void)b;
    (void)c;
    met_trigger = met_trigger || trigger != NULL;
    return SQLITE_OK;
}

static void what_may_fail_halfway_is_known(void **state)
{
    (void)state;
    foreign_run(db, "create table t(a); create table u(a); create trigger r "
                    "after insert on u begin select 1; end");
    sqlite3_set_authorizer(db, find_triggers, NULL);
    get("insert into t values (1)");
    assert_false(gn_cache_may_fail_halfway(cache));
    get("insert Or Fail into t values (1)");
    assert_true(gn_cache_may_fail_halfway(cache));
    get("insert into u values (1)");
    assert_true(gn_cache_may_fail_halfway(cache));
    get("insert into t values (1)"); /* found again */
    assert_false(gn_cache_may_fail_halfway(cache));
    gn_cache_mark(cache);
    get("insert into u values (1)");
    get("insert into t values (1)");
    assert_true(gn_cache_may_fail_halfway(cache));
}

static void what_the_guard_denies_is_named(void **state)
{
    struct garner_error err;

    (void)state;
    sqlite3_set_authorizer(db, deny_all, NULL);
    assert_int_equal(refused("begin", &err), GARNER_SQL);
    assert_non_null(strstr(err.message, "not allowed here"));
    assert_non_null(strstr(err.message, "begin"));
}

static void lost_memory_is_an_error(void **state)
{
    struct garner_error err;
    struct gn_cache *none;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_cache_new(db, 3, &met_trigger, &none, &err),
                     GARNER_NOMEM);
    assert_null(none);
    gn_mem_fail_at(1);
    assert_int_equal(refused("select 1", &err), GARNER_NOMEM);
    get("select 1");
    gn_cache_free(NULL);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_cache, without_cache)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_statement_is_prepared_once),
        WITH(the_least_recently_used_makes_room),
        WITH(who_is_held_is_nobody_else_s),
        WITH(two_of_the_same_text_both_serve),
        WITH(many_come_and_go),
        WITH(a_hash_that_is_another_s_does_no_harm),
        WITH(one_statement_and_no_more),
        WITH(what_does_not_prepare_is_not_kept),
        WITH(what_may_fail_halfway_is_known),
        WITH(what_the_guard_denies_is_named),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
