/* blob_test.c - values in pieces: read beside writers, written in a
 * transaction, ended from outside. */
#include "store/tx_fixture_test.h"

#include <sys/wait.h>

#include "store/handle.h"

enum { SIZE = 300000 };

static struct garner_blob *blob;

static int with_value(void **state)
{
    if (with_table(state) != 0)
        return -1;
    exec("insert into t values (1, zeroblob(300000)), (2, 'two')");
    return 0;
}

static int with_value_in_memory(void **state)
{
    if (with_table_in_memory(state) != 0)
        return -1;
    exec("insert into t values (1, zeroblob(300000)), (2, 'two')");
    return 0;
}

static void open_it(int64_t rowid)
{
    struct garner_error err;

    if (garner_blob_open(store, "t", "b", rowid, &blob, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static void open_in(int64_t rowid)
{
    struct garner_error err;

    if (garner_tx_blob_open(tx, "t", "b", rowid, &blob, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static void reads(size_t at, const char *text)
{
    char back[64];

    assert_int_equal(garner_blob_read(blob, at, back, strlen(text), NULL),
                     GARNER_OK);
    assert_memory_equal(back, text, strlen(text));
}

static void writes(size_t at, const char *text)
{
    assert_int_equal(garner_blob_write(blob, at, text, strlen(text), NULL),
                     GARNER_OK);
}

static void read_fails(enum garner_code code, const char *words)
{
    struct garner_error err;
    char byte;

    assert_int_equal(garner_blob_read(blob, 0, &byte, 1, &err), code);
    assert_int_equal(err.code, code);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

static void it_goes_in_and_comes_out(void **state)
{
    (void)state;
    begin();
    open_in(1);
    assert_int_equal(garner_blob_size(blob), SIZE);
    writes(0, "first");
    writes(150000, "middle");
    writes(SIZE - 4, "last");
    reads(150000, "middle");
    garner_blob_close(blob);
    commit();
    open_it(1);
    assert_int_equal(garner_blob_size(blob), SIZE);
    reads(0, "first");
    reads(150003, "dle");
    reads(SIZE - 4, "last");
    garner_blob_close(blob);
    open_it(2);
    assert_int_equal(garner_blob_size(blob), 3);
    reads(1, "wo");
    assert_int_equal(garner_blob_read(blob, 3, NULL, 0, NULL), GARNER_OK);
    garner_blob_close(blob);
    garner_blob_close(NULL);
}

static void a_new_row_gets_a_large_value(void **state)
{
    struct garner_result result;

    (void)state;
    begin();
    assert_int_equal(garner_tx_exec(tx, "insert into t(b) values (zeroblob(?))",
                                    GARNER_ARGS(garner_integer(SIZE)), &result,
                                    NULL),
                     GARNER_OK);
    open_in(result.last_rowid);
    writes(SIZE - 3, "end");
    garner_blob_close(blob);
    commit();
    assert_int_equal(number("select count(*) from t where substr(b, -3) = "
                            "cast('end' as blob)"),
                     1);
}

static void rolled_back_it_is_as_it_was(void **state)
{
    (void)state;
    begin();
    open_in(1);
    writes(0, "first");
    end_of_it();
    read_fails(GARNER_MISUSE, "ended by the end of its transaction");
    garner_blob_close(blob);
    open_it(1);
    reads(0, "\0");
    garner_blob_close(blob);
    assert_int_equal(number("select b = zeroblob(300000) from t where a = 1"),
                     1);
}

static void a_reader_sees_one_moment(void **state)
{
    (void)state;
    open_it(2);
    exec("update t set b = 'new' where a = 2");
    reads(0, "two");
    garner_blob_close(blob);
    open_it(2);
    reads(0, "new");
    garner_blob_close(blob);
}

static void pieces_lie_within_it(void **state)
{
    static const size_t wrong[][2] = {{0, SIZE + 1}, {SIZE, 1},
                                      {SIZE + 1, 0}, {1, SIZE},
                                      {2, SIZE_MAX}, {SIZE_MAX, 2}};
    static char room[SIZE + 1];
    struct garner_error err;

    (void)state;
    begin();
    open_in(1);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(
            garner_blob_read(blob, wrong[i][0], room, wrong[i][1], &err),
            GARNER_MISUSE);
        assert_non_null(strstr(err.message, "blob t.b of row 1"));
        assert_int_equal(
            garner_blob_write(blob, wrong[i][0], room, wrong[i][1], NULL),
            GARNER_MISUSE);
    }
    assert_int_equal(garner_blob_read(blob, 0, room, SIZE, NULL), GARNER_OK);
    garner_blob_close(blob);
    end_of_it();
}

static void what_is_read_cannot_be_written(void **state)
{
    struct garner_error err;

    (void)state;
    open_it(1);
    assert_int_equal(garner_blob_write(blob, 0, "x", 1, &err), GARNER_MISUSE);
    assert_non_null(strstr(err.message, "garner_tx_blob_open"));
    garner_blob_close(blob);
}

static void what_is_missing_is_said(void **state)
{
    struct garner_error err;

    (void)state;
    assert_int_equal(garner_blob_open(store, "t", "b", 9, &blob, &err),
                     GARNER_NOTFOUND);
    assert_null(blob);
    assert_int_equal(garner_blob_open(store, "u", "b", 1, &blob, &err),
                     GARNER_SQL);
    assert_int_equal(garner_blob_open(store, NULL, "b", 1, &blob, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_blob_open(store, "t", "b", 1, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_blob_open(NULL, "t", "b", 1, &blob, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_tx_blob_open(NULL, "t", "b", 1, &blob, NULL),
                     GARNER_MISUSE);
    begin();
    assert_int_equal(garner_tx_blob_open(tx, "t", "b", 9, &blob, &err),
                     GARNER_NOTFOUND);
    assert_null(blob);
    open_in(1);
    assert_int_equal(garner_blob_read(blob, 0, NULL, 1, NULL), GARNER_MISUSE);
    assert_int_equal(garner_blob_read(NULL, 0, NULL, 0, NULL), GARNER_MISUSE);
    garner_blob_close(blob);
    commit(); /* it goes on */
}

static void a_changed_row_ends_it(void **state)
{
    (void)state;
    begin();
    open_in(1);
    run_in("update t set b = 'short' where a = 1");
    read_fails(GARNER_NOTFOUND, "open it again");
    garner_blob_close(blob);
    open_in(1);
    reads(0, "short");
    garner_blob_close(blob);
    commit();
}

/* --- its end ---------------------------------------------------------------
 */

static void a_commit_ends_it(void **state)
{
    (void)state;
    begin();
    open_in(2);
    writes(0, "TWO");
    commit();
    assert_int_equal(garner_blob_size(blob), 3);
    read_fails(GARNER_MISUSE, "ended by the end of its transaction");
    garner_blob_close(blob);
    exec("update t set b = b || '!' where a = 2"); /* nothing is left open */
    assert_int_equal(number("select b = 'TWO!' from t where a = 2"), 1);
}

static void a_deadline_ends_it(void **state)
{
    struct writer w;
    struct garner_error err;
    enum garner_code code;

    (void)state;
    terms.idle_ms = 20;
    begin();
    code = garner_tx_blob_open(tx, "t", "b", 2, &blob, &err);
    start(&w, "update t set b = 'new' where a = 2", 50000);
    assert_int_equal(join(&w), GARNER_OK);
    if (code == GARNER_OK) { /* else the machine was too slow even for that */
        read_fails(GARNER_TIMEOUT, "(idle_ms)");
        assert_int_equal(garner_blob_write(blob, 0, "x", 1, NULL),
                         GARNER_TIMEOUT);
    }
    end_of_it();
    garner_blob_close(blob);
    assert_int_equal(number("select b = 'new' from t where a = 2"), 1);
}

/* As the log's governor would. */
static void an_old_one_does_not_pin_the_log(void **state)
{
    int open;
    int leased;

    (void)state;
    open_it(1);
    gn_pool_end_old(store->shard->pool, INT64_MAX);
    gn_pool_count(store->shard->pool, &open, &leased);
    assert_int_equal(leased, 0);
    read_fails(GARNER_TIMEOUT, "max_read_age_ms");
    read_fails(GARNER_TIMEOUT, "blob t.b of row 1");
    garner_blob_close(blob);
}

static void many_read_at_once(void **state)
{
    struct garner_blob *blobs[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        open_it(1);
        blobs[i] = blob;
    }
    exec("update t set b = zeroblob(5)");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(garner_blob_size(blobs[i]), SIZE);
        garner_blob_close(blobs[i]);
    }
}

static int use_the_parent_s(void)
{
    char byte;

    if (garner_blob_read(blob, 0, &byte, 1, NULL) != GARNER_MISUSE ||
        garner_blob_write(blob, 0, &byte, 1, NULL) != GARNER_MISUSE)
        return 1;
    garner_blob_close(blob);
    return 0;
}

static void a_child_keeps_its_hands_off(void **state)
{
    int status;
    pid_t child;

    (void)state;
    open_it(1);
    child = fork();
    if (child == 0)
        _exit(use_the_parent_s());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    reads(0, "\0");
    garner_blob_close(blob);
}

/* --- lost memory ------------------------------------------------------------
 */

static enum garner_code attempt(void)
{
    struct garner_error err;
    enum garner_code code = garner_blob_open(store, "t", "b", 1, &blob, &err);
    char byte;

    if (code != GARNER_OK)
        return code;
    code = garner_blob_read(blob, 0, &byte, 1, &err);
    garner_blob_close(blob);
    if (code == GARNER_OK)
        code = garner_begin(store, NULL, &tx, &err);
    if (code != GARNER_OK)
        return code;
    code = garner_tx_blob_open(tx, "t", "b", 1, &blob, &err);
    if (code == GARNER_OK)
        code = garner_blob_write(blob, 0, "x", 1, &err);
    garner_blob_close(blob);
    end_of_it();
    return code;
}

static void each_lost_allocation_is_an_error(void **state)
{
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code != GARNER_OK || nth < 5; nth++) {
        gn_mem_fail_at(nth);
        code = attempt();
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        assert_true(nth < 50);
    }
}

#define VALUE(f)        WITH(f, with_value)
#define VALUE_MEMORY(f) WITH(f, with_value_in_memory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VALUE(it_goes_in_and_comes_out),
        VALUE_MEMORY(it_goes_in_and_comes_out),
        VALUE(a_new_row_gets_a_large_value),
        VALUE(rolled_back_it_is_as_it_was),
        VALUE_MEMORY(rolled_back_it_is_as_it_was),
        VALUE(a_reader_sees_one_moment),
        VALUE_MEMORY(a_reader_sees_one_moment),
        VALUE(pieces_lie_within_it),
        VALUE(what_is_read_cannot_be_written),
        VALUE_MEMORY(what_is_read_cannot_be_written),
        VALUE(what_is_missing_is_said),
        VALUE_MEMORY(what_is_missing_is_said),
        VALUE(a_changed_row_ends_it),
        VALUE(a_commit_ends_it),
        VALUE(a_deadline_ends_it),
        VALUE(an_old_one_does_not_pin_the_log),
        VALUE(many_read_at_once),
        VALUE(a_child_keeps_its_hands_off),
        VALUE(each_lost_allocation_is_an_error),
        VALUE_MEMORY(each_lost_allocation_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
