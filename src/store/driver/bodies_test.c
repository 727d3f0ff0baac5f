/* bodies_test.c - body_of: bodies in chains, and what may be wrong with one. */
#include "store/fixture_test.h"

#include "garner/codec.h"
#include "store/driver/bodies.h"

enum { SIZE = 3000 };

static sqlite3 *db;

static int with_bodies(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    db = foreign_open();
    return gn_bodies_add(db, NULL) == GARNER_OK ? 0 : -1;
}

static int without_bodies(void **state)
{
    gn_mem_fail_at(0);
    foreign_close(db);
    return fixture_down(state);
}

/* The nth body: text that differs from the one before in one place. */
static void body(int n, char text[SIZE])
{
    for (int i = 0; i < SIZE; i++)
        text[i] = (char)(' ' + (i * 7919 % 101 + i / 9) % 90);
    for (int i = 1; i <= n; i++)
        text[100 * i % SIZE] = '*';
}

static void insert(int64_t id, const void *data, size_t size, int64_t base)
{
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_prepare_v2(db,
                                        "insert into garner_body"
                                        " values (?, 'zstd', ?, nullif(?, 0))",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    sqlite3_bind_int64(stmt, 1, id);
    sqlite3_bind_blob(stmt, 2, data, (int)size, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 3, base);
    assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_finalize(stmt);
}

/* Bodies 1 .. count, each against the one before. */
static void make_chain(int count)
{
    char before[SIZE];
    char text[SIZE];
    char frame[2 * SIZE];
    struct garner_codec *codec;
    size_t written;

    foreign_run(db, "create table garner_body (id integer primary key, codec,"
                    " data, base)");
    assert_int_equal(garner_codec_new(&codec, NULL), GARNER_OK);
    for (int n = 1; n <= count; n++) {
        body(n, text);
        if (n > 1)
            garner_codec_base(codec, before, SIZE);
        assert_int_equal(garner_compress(codec, text, SIZE, frame, sizeof frame,
                                         &written, NULL),
                         GARNER_OK);
        assert_true(n == 1 || written < 60);
        insert(n, frame, written, n - 1);
        memcpy(before, text, SIZE);
    }
    garner_codec_free(codec);
}

static void assert_is_body(int id, int n)
{
    char text[SIZE];
    sqlite3_stmt *stmt;

    body(n, text);
    assert_int_equal(
        sqlite3_prepare_v2(db, "select body_of(?)", -1, &stmt, NULL),
        SQLITE_OK);
    sqlite3_bind_int(stmt, 1, id);
    if (sqlite3_step(stmt) != SQLITE_ROW)
        fail_msg("%d: %s", id, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_column_bytes(stmt, 0), SIZE);
    assert_memory_equal(sqlite3_column_blob(stmt, 0), text, SIZE);
    sqlite3_finalize(stmt);
}

static void fails_with(const char *sql, const char *message)
{
    assert_int_not_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    if (strstr(sqlite3_errmsg(db), message) == NULL)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static void what_is_in_a_file_is_nothing(void **state)
{
    (void)state;
    make_chain(1);
    foreign_run(db, "insert into garner_body values (2, 'file', '/a', null)");
    assert_int_equal(foreign_number(db, "select count(body_of(id)) from"
                                        " garner_body"),
                     1);
}

static void each_of_a_chain_comes_back(void **state)
{
    (void)state;
    make_chain(16);
    for (int n = 16; n >= 1; n--)
        assert_is_body(n, n);
    /* in statements that go on, too */
    assert_int_equal(foreign_number(db, "select sum(length(body_of(id)))"
                                        " from garner_body"),
                     16 * SIZE);
}

/* As pruning does it. */
static void one_of_a_chain_can_be_made_whole(void **state)
{
    (void)state;
    make_chain(4);
    foreign_run(db, "update garner_body set data = body_of(id), base = null,"
                    " codec = 'none' where id = 3");
    foreign_run(db, "delete from garner_body where id < 3");
    assert_is_body(3, 3);
    assert_is_body(4, 4);
}

static void what_is_not_there_is_null(void **state)
{
    (void)state;
    make_chain(1);
    assert_int_equal(foreign_number(db, "select body_of(7) is null and"
                                        " body_of(null) is null and"
                                        " body_of('x') is null"),
                     1);
}

static void old_tables_are_read(void **state)
{
    (void)state;
    foreign_run(db, "create table garner_body (id integer primary key, codec,"
                    " data)");
    foreign_run(db, "insert into garner_body values (1, 'none', 'text')");
    foreign_run(db, "insert into garner_body values (2, 'none', '')");
    assert_int_equal(
        foreign_number(db, "select cast(body_of(1) as text) = 'text'"), 1);
    assert_int_equal(foreign_number(db, "select length(body_of(2))"), 0);
}

static void damage_is_told(void **state)
{
    (void)state;
    fails_with("select body_of(1)", "no such table: garner_body");
    make_chain(4);
    foreign_run(db, "update garner_body set base = 4 where id = 2");
    fails_with("select body_of(4)", "a chain without an end");
    foreign_run(db, "update garner_body set base = 1 where id = 3");
    fails_with("select body_of(3)", "damaged");
    foreign_run(db, "update garner_body set base = 9 where id = 3");
    fails_with("select body_of(4)", "body 9 of garner_body is missing");
    foreign_run(db, "update garner_body set data = 'text' where id = 1");
    fails_with("select body_of(1)", "not a Zstandard frame");
}

static void a_body_may_not_grow_past_the_limit(void **state)
{
    (void)state;
    make_chain(1);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, SIZE - 1);
    fails_with("select body_of(1)", "too big");
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    make_chain(3);
    for (unsigned nth = 1; nth <= 3; nth++) {
        gn_mem_fail_at(nth);
        fails_with("select body_of(3)", "out of memory");
        gn_mem_fail_at(0);
    }
    assert_is_body(3, 3);
    gn_mem_fail_at(1);
    assert_int_equal(gn_bodies_add(db, NULL), GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_int_equal(gn_bodies_add(db, NULL), GARNER_OK);
    assert_is_body(3, 3);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_bodies, without_bodies)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(each_of_a_chain_comes_back),
        WITH(one_of_a_chain_can_be_made_whole),
        WITH(what_is_not_there_is_null),
        WITH(what_is_in_a_file_is_nothing),
        WITH(old_tables_are_read),
        WITH(damage_is_told),
        WITH(a_body_may_not_grow_past_the_limit),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
