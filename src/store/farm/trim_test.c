/* trim_test.c - files that are empty are removed, and no others. */
#include "store/farm/fixture_test.h"

#include "base/error.h"
#include "store/farm/trim.h"

static struct garner_error err;

static bool is_there(const char *name)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", fixture.folder, name);
    return access(path, F_OK) == 0;
}

static int with_four(void **state)
{
    if (with_farm(state) != 0)
        return -1;
    exec_all(FARM_TABLE);
    exec_all("create virtual table words using fts5(a)");
    return garner_farm_key(store, "t", "k", NULL) == GARNER_OK ? 0 : -1;
}

static void quiet(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static void reopen(void)
{
    garner_close(store);
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
}

static void resize(unsigned shards)
{
    if (garner_farm_resize(store, shards, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static void files_that_are_empty_go_when_nobody_else_is_there(void **state)
{
    struct garner_store *other;

    (void)state;
    add_keys(0, 50);
    resize(2);
    assert_int_equal(garner_shard_count(store), 4);
    assert_int_equal(garner_open(fixture.folder, &options, &other, NULL),
                     GARNER_OK);
    reopen(); /* the other has them open */
    assert_true(is_there("003.db"));
    garner_close(other);
    reopen();
    assert_int_equal(garner_shard_count(store), 2);
    assert_false(is_there("003.db"));
    assert_false(is_there("003.db-turn"));
    assert_false(is_there("002.db"));
    assert_true(is_there("001.db"));
    assert_int_equal(sum_of(store, "select count(*) from t"), 50);
    resize(3);
    add_keys(50, 60);
    assert_int_equal(sum_of(store, "select count(*) from t"), 60);
}

static void what_has_rows_stays(void **state)
{
    (void)state;
    assert_int_equal(garner_exec(garner_shard_at(store, 2),
                                 "insert into words values ('a')", NULL, 0,
                                 NULL, NULL),
                     GARNER_OK);
    resize(1);
    reopen();
    /* Only the last can go. */
    assert_int_equal(garner_shard_count(store), 3);
    assert_int_equal(sum_of(store, "select count(*) from words"), 1);
    assert_int_equal(garner_exec(garner_shard_at(store, 2), "delete from words",
                                 NULL, 0, NULL, NULL),
                     GARNER_OK);
    reopen();
    assert_int_equal(garner_shard_count(store), 1);
    assert_true(is_there("000.db"));
}

static void what_is_to_be_moved_yet_stays(void **state)
{
    (void)state;
    garner_set_log(quiet, NULL);
    resize(2);
    assert_int_equal(garner_exec(garner_shard_at(store, 0),
                                 "update garner_farm set before = 4", NULL, 0,
                                 NULL, NULL),
                     GARNER_OK);
    reopen();
    assert_int_equal(garner_shard_count(store), 4);
    set_slot(3, 17, GN_SLOT_HERE, 0);
    assert_int_equal(garner_exec(garner_shard_at(store, 0),
                                 "update garner_farm set before = 0", NULL, 0,
                                 NULL, NULL),
                     GARNER_OK);
    reopen();
    assert_int_equal(garner_shard_count(store), 4);
}

static void lost_memory_is_an_error(void **state)
{
    enum garner_code code;

    (void)state;
    resize(2);
    for (unsigned n = 1;; n++) {
        gn_mem_fail_at(n);
        code = gn_trim(fleet_of(store), &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
    }
    assert_int_equal(garner_shard_count(store), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(files_that_are_empty_go_when_nobody_else_is_there, with_four),
        WITH(what_has_rows_stays, with_four),
        WITH(what_is_to_be_moved_yet_stays, with_four),
        WITH(lost_memory_is_an_error, with_four),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
