/* blob_test.c - a value in pieces, and all that can be wrong with its name. */
#include "store/fixture_test.h"

#include "store/driver/blob.h"
#include "store/driver/transaction.h"

static struct gn_sqlite *c;

static int with_table(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    c = open_writer();
    run(c, "create table t(a integer primary key, b, c)");
    run(c, "create index t_c on t(c)");
    run(c, "create table w(a primary key, b) without rowid");
    run(c, "create view v as select a, b from t");
    run(c, "insert into t values (1, zeroblob(10000), 'c'), (2, 'text', 'c'), "
           "(3, null, 'c'), (4, 4.5, 'c'), (5, '', 'c')");
    return 0;
}

static int without_table(void **state)
{
    gn_mem_fail_at(0);
    gn_sqlite_close(c);
    return fixture_down(state);
}

static struct gn_blob *open_it(int64_t rowid, bool writes)
{
    const struct gn_spot spot = {"t", "b", rowid};
    struct garner_error err;
    struct gn_blob *b;

    if (gn_blob_open(c, &spot, writes, &b, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return b;
}

static void pieces_go_in_and_come_out(void **state)
{
    char piece[100];
    char back[100];
    struct gn_blob *b;

    (void)state;
    assert_int_equal(gn_transaction_begin(c, NULL), GARNER_OK);
    b = open_it(1, true);
    assert_int_equal(gn_blob_size(b), 10000);
    for (size_t i = 0; i < 100; i++) {
        memset(piece, (int)i, sizeof piece);
        assert_int_equal(gn_blob_write(b, (99 - i) * 100, piece, 100, NULL),
                         GARNER_OK);
    }
    assert_int_equal(gn_blob_read(b, 4950, back, 100, NULL), GARNER_OK);
    assert_int_equal(back[0], 50);
    assert_int_equal(back[99], 49);
    gn_blob_close(b);
    assert_int_equal(gn_transaction_commit(c, NULL), GARNER_OK);
    assert_string_equal(
        foreign_text("select length(b) || hex(substr(b, 9899, 4)) from t where "
                     "a = 1"),
        "1000001010000");
    b = open_it(2, false);
    assert_int_equal(gn_blob_size(b), 4);
    assert_int_equal(gn_blob_read(b, 1, back, 3, NULL), GARNER_OK);
    assert_memory_equal(back, "ext", 3);
    gn_blob_close(b);
    b = open_it(5, false);
    assert_int_equal(gn_blob_size(b), 0);
    assert_int_equal(gn_blob_read(b, 0, NULL, 0, NULL), GARNER_OK);
    gn_blob_close(b);
}

static void what_is_wrong_with_its_name_is_said(void **state)
{
    static const struct {
        struct gn_spot spot;
        bool writes;
        enum garner_code code;
        const char *words;
    } cases[] = {
        {{"t", "b", 6}, false, GARNER_NOTFOUND, "t has no row 6"},
        {{"none", "b", 1}, false, GARNER_SQL, "no such table"},
        {{"t", "none", 1},
         false,
         GARNER_SQL,
         "t.none of row 1: no such column"},
        {{"t", "b", 3}, false, GARNER_SQL, "type null"},
        {{"t", "b", 4}, false, GARNER_SQL, "type real"},
        {{"v", "b", 1}, false, GARNER_SQL, "view"},
        {{"w", "b", 1}, false, GARNER_SQL, "without rowid"},
        {{"t", "c", 1}, true, GARNER_SQL, "indexed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_blob *b = (void *)1;
        struct garner_error err;

        assert_int_equal(
            gn_blob_open(c, &cases[i].spot, cases[i].writes, &b, &err),
            cases[i].code);
        assert_null(b);
        if (strcasestr(err.message, cases[i].words) == NULL)
            fail_msg("'%s' is not in: %s", cases[i].words, err.message);
    }
}

static void a_changed_row_ends_it(void **state)
{
    static const char *const changes[] = {"update t set c = 'd' where a = 1",
                                          "delete from t where a = 1"};

    (void)state;
    assert_int_equal(gn_transaction_begin(c, NULL), GARNER_OK);
    for (int i = 0; i < 2; i++) {
        struct gn_blob *b = open_it(1, true);
        struct garner_error err;
        char byte = 'x';

        run(c, "update t set c = 'd' where a = 2"); /* another */
        assert_int_equal(gn_blob_write(b, 0, &byte, 1, NULL), GARNER_OK);
        run(c, changes[i]);
        assert_int_equal(gn_blob_read(b, 0, &byte, 1, &err), GARNER_NOTFOUND);
        assert_non_null(strstr(err.message, "open it again"));
        assert_int_equal(gn_blob_write(b, 0, &byte, 1, NULL), GARNER_NOTFOUND);
        gn_blob_close(b);
    }
    assert_int_equal(gn_transaction_commit(c, NULL), GARNER_OK);
}

static void what_was_just_made_is_found(void **state)
{
    struct gn_sqlite *reader = open_reader();
    const struct gn_spot table = {"u", "a", 1};
    const struct gn_spot column = {"u", "b", 1};
    struct gn_blob *b;

    (void)state;
    run(c, "create table u(a)");
    run(c, "insert into u values ('one')");
    assert_int_equal(gn_blob_open(reader, &table, false, &b, NULL), GARNER_OK);
    assert_int_equal(gn_blob_size(b), 3);
    gn_blob_close(b);
    run(c, "alter table u add column b default 'three'");
    run(c, "update u set b = 'three'");
    assert_int_equal(gn_blob_open(reader, &column, false, &b, NULL), GARNER_OK);
    assert_int_equal(gn_blob_size(b), 5);
    gn_blob_close(b);
    gn_sqlite_close(reader);
}

static void it_is_that_of_one_moment(void **state)
{
    struct gn_sqlite *reader = open_reader();
    const struct gn_spot spot = {"t", "b", 1};
    struct gn_blob *b;
    char byte;

    (void)state;
    assert_int_equal(gn_blob_open(reader, &spot, false, &b, NULL), GARNER_OK);
    run(c, "update t set b = 'new' where a = 1");
    assert_int_equal(gn_blob_size(b), 10000);
    assert_int_equal(gn_blob_read(b, 9999, &byte, 1, NULL), GARNER_OK);
    assert_int_equal(byte, 0);
    assert_false(nobody_reads());
    gn_blob_close(b);
    assert_true(nobody_reads());
    gn_sqlite_close(reader);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_spot spot = {"t", "b", 1};
    struct gn_blob *b;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_blob_open(c, &spot, false, &b, NULL), GARNER_NOMEM);
    assert_null(b);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_table, without_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(pieces_go_in_and_come_out),
        WITH(what_is_wrong_with_its_name_is_said),
        WITH(a_changed_row_ends_it),
        WITH(what_was_just_made_is_found),
        WITH(it_is_that_of_one_moment),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
