/* harvest_target_test.c - rows come in once, or as a copy that replaces the
 * last.
 */
#include "store/farm/harvest_test.h"

static int64_t home(const char *sql)
{
    return sum_of(into, sql);
}

static struct gn_harvest_batch claim(const char *table)
{
    struct gn_harvest_batch batch;

    works(gn_harvest_claim(&h, table, &batch, &err));
    assert_true(batch.number > 0);
    return batch;
}

static void a_batch_comes_once(void **state)
{
    struct gn_harvest_batch batch = claim("t");

    (void)state;
    for (int i = 0; i < 3; i++) {
        works(gn_harvest_carry(&h, &batch, &err));
        assert_int_equal(home("select count(*) from t"), 4);
        assert_int_equal(h.done.rows, 4);
        assert_int_equal(h.done.batches, 1);
    }
    works(gn_harvest_drop(&h, &batch, &err));
    gn_free(batch.table);
    batch = claim("t");
    works(gn_harvest_carry(&h, &batch, &err));
    assert_int_equal(h.done.rows, 8);
    gn_free(batch.table);
}

static void a_carry_is_all_or_nothing(void **state)
{
    struct gn_harvest_batch batch = claim("t");
    enum garner_code code;

    (void)state;
    for (unsigned n = 1;; n++) {
        gn_mem_fail_at(n);
        code = gn_harvest_carry(&h, &batch, &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
    }
    assert_int_equal(home("select count(*) from t"), 4);
    gn_free(batch.table);
}

static void its_columns_are_found_by_name(void **state)
{
    struct gn_harvest_batch batch = claim("t");

    (void)state;
    assert_int_equal(garner_exec(into,
                                 "create table t(more default 3, n, K primary "
                                 "key)",
                                 NULL, 0, NULL, NULL),
                     GARNER_OK);
    works(gn_harvest_carry(&h, &batch, &err));
    assert_int_equal(home("select more from t where k glob 'key *'"), 12);
    works(gn_harvest_drop(&h, &batch, &err));
    gn_free(batch.table);
    assert_int_equal(
        garner_exec(into, "alter table t drop column n", NULL, 0, NULL, NULL),
        GARNER_OK);
    batch = claim("t");
    assert_int_equal(gn_harvest_carry(&h, &batch, &err), GARNER_SQL);
    assert_non_null(strstr(err.message, "/home: "));
    assert_non_null(strstr(err.message, "no column named n"));
    gn_free(batch.table);
}

static void a_row_in_the_way_is_told(void **state)
{
    struct gn_harvest_batch batch = claim("t");

    (void)state;
    assert_int_equal(
        garner_exec(into, "create table t(k unique, n)", NULL, 0, NULL, NULL),
        GARNER_OK);
    assert_int_equal(garner_exec(into, "insert into t values ('key 2', 0)",
                                 NULL, 0, NULL, NULL),
                     GARNER_OK);
    assert_int_equal(gn_harvest_carry(&h, &batch, &err), GARNER_CONSTRAINT);
    assert_non_null(strstr(err.message, "table t"));
    assert_null(strstr(err.message, "new ids"));
    assert_int_equal(home("select count(*) from t"), 1);
    assert_int_equal(h.done.rows, 0);
    gn_free(batch.table);
}

static void ids_are_kept_or_given(void **state)
{
    struct gn_harvest_batch batch;

    (void)state;
    exec_all("create table i(id integer primary key, a)");
    exec_all("create table alone(id integer primary key)");
    exec_all("insert into i values (5, 1), (9, 2)");
    exec_all("insert into alone values (5), (9)");
    batch = claim("i");
    works(gn_harvest_carry(&h, &batch, &err));
    assert_int_equal(home("select id from i"), 14);
    works(gn_harvest_drop(&h, &batch, &err));
    gn_free(batch.table);
    exec_all("insert into i values (5, 3)");
    batch = claim("i");
    assert_int_equal(gn_harvest_carry(&h, &batch, &err), GARNER_CONSTRAINT);
    assert_non_null(strstr(err.message, "new ids"));
    how.new_ids = true;
    works(gn_harvest_carry(&h, &batch, &err));
    assert_int_equal(home("select id from i where a = 3"), 10);
    works(gn_harvest_drop(&h, &batch, &err));
    gn_free(batch.table);
    batch = claim("alone");
    works(gn_harvest_carry(&h, &batch, &err));
    assert_int_equal(home("select id from alone"), 1 + 2);
    gn_free(batch.table);
}

static void a_copy_replaces_the_last(void **state)
{
    (void)state;
    works(gn_harvest_copy(&h, "t", &err));
    assert_int_equal(home("select n from t"), 45);
    exec_all("update t set n = 100 where n = 0");
    exec_all("delete from t where n = 9");
    works(gn_harvest_copy(&h, "T", &err));
    assert_int_equal(home("select count(*) from t"), 9);
    assert_int_equal(home("select n from t"), 45 - 9 + 100);
    works(gn_harvest_forget(&h, "t", &err));
    assert_int_equal(home("select count(*) from t"), 0);
    works(gn_harvest_forget(&h, "t", &err));
    works(gn_harvest_forget(&h, "none", &err));
    assert_int_equal(gn_harvest_copy(&h, "none", &err), GARNER_NOTFOUND);
    assert_int_equal(home("select count(*) from garner_harvest_row"), 0);
}

static void a_copy_that_fails_leaves_the_last(void **state)
{
    enum garner_code code;

    (void)state;
    works(gn_harvest_copy(&h, "t", &err));
    exec_all("delete from t where n < 5");
    for (unsigned n = 1;; n++) {
        gn_mem_fail_at(n);
        code = gn_harvest_copy(&h, "t", &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
        assert_true(home("select count(*) from t") == 10 ||
                    home("select count(*) from t") == 5);
    }
    assert_int_equal(home("select count(*) from t"), 5);
}

static void a_target_keeps_its_name(void **state)
{
    char before[GN_HARVEST_ID];

    (void)state;
    memcpy(before, h.target, sizeof before);
    assert_int_equal(strlen(before), GN_HARVEST_ID - 1);
    works(gn_harvest_open_target(&h, &err));
    assert_string_equal(h.target, before);
    assert_int_equal(garner_exec(into, "update garner_harvest set target = ''",
                                 NULL, 0, NULL, NULL),
                     GARNER_OK);
    assert_int_equal(gn_harvest_open_target(&h, &err), GARNER_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENDS(a_batch_comes_once),
        ENDS(a_carry_is_all_or_nothing),
        ENDS(its_columns_are_found_by_name),
        ENDS(a_row_in_the_way_is_told),
        ENDS(ids_are_kept_or_given),
        ENDS(a_copy_replaces_the_last),
        ENDS(a_copy_that_fails_leaves_the_last),
        ENDS(a_target_keeps_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
