/* harvest_source_test.c - rows leave their table for the outbox, and that. */
#include "store/farm/harvest_test.h"

static int64_t here(const char *sql)
{
    return sum_of(garner_shard_at(store, 0), sql);
}

static void a_batch_is_claimed_and_dropped(void **state)
{
    struct gn_harvest_batch batch;
    struct gn_harvest_batch pending;

    (void)state;
    works(gn_harvest_pending(&h, &batch, &err));
    assert_int_equal(batch.number, 0);
    for (int i = 1; i <= 3; i++) {
        works(gn_harvest_claim(&h, "T", &batch, &err));
        assert_int_equal(batch.number, i);
        assert_int_equal(batch.rows, i < 3 ? 4 : 2);
        assert_int_equal(here("select count(*) from t"),
                         i < 3 ? 10 - 4 * i : 0);
        works(gn_harvest_pending(&h, &pending, &err));
        assert_int_equal(pending.number, i);
        assert_string_equal(pending.table, "t");
        assert_int_equal(here("select count(*) from garner_out_t"), batch.rows);
        works(gn_harvest_drop(&h, &pending, &err));
        assert_int_equal(here("select count(*) from garner_out_t"), 0);
        gn_free(pending.table);
        gn_free(batch.table);
    }
    works(gn_harvest_claim(&h, "t", &batch, &err));
    assert_int_equal(batch.number, 0);
    assert_null(batch.table);
    works(gn_harvest_pending(&h, &pending, &err));
    assert_int_equal(pending.number, 0);
}

/* Nothing of a batch is in two places, or in none. */
static void a_claim_is_all_or_nothing(void **state)
{
    struct gn_harvest_batch batch;
    enum garner_code code;

    (void)state;
    for (unsigned n = 1;; n++) {
        gn_mem_fail_at(n);
        code = gn_harvest_claim(&h, "t", &batch, &err);
        gn_mem_fail_at(0);
        gn_free(batch.table);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
        works(gn_harvest_pending(&h, &batch, &err));
        if (batch.number > 0) /* it failed behind the commit */
            works(gn_harvest_drop(&h, &batch, &err));
        else
            assert_int_equal(here("select count(*) from t") % 2, 0);
        gn_free(batch.table);
    }
    assert_int_equal(here("select count(*) from garner_out_t"), 4);
}

static void the_outbox_follows_the_table(void **state)
{
    struct gn_harvest_batch batch;

    (void)state;
    works(gn_harvest_claim(&h, "t", &batch, &err));
    works(gn_harvest_drop(&h, &batch, &err));
    gn_free(batch.table);
    exec_all("alter table t add column extra default 5");
    works(gn_harvest_claim(&h, "t", &batch, &err));
    assert_int_equal(here("select extra from garner_out_t"), 20);
    gn_free(batch.table);
    assert_int_equal(gn_harvest_claim(&h, "none", &batch, &err),
                     GARNER_NOTFOUND);
    assert_null(batch.table);
}

static void values_stay_as_they_are(void **state)
{
    struct gn_harvest_batch batch;

    (void)state;
    exec_all("create table v(a, b text, c integer, d real)");
    exec_all("insert into v values ('1', 1, '1', '1'), (x'31', x'00', 1.5, "
             "'x'), (null, null, null, null)");
    works(gn_harvest_claim(&h, "v", &batch, &err));
    assert_int_equal(
        here("select typeof(a) = 'text' and typeof(b) = 'text' and "
             "typeof(c) = 'integer' and typeof(d) = 'real' from "
             "garner_out_v where a = '1'"),
        1);
    assert_int_equal(
        here("select typeof(a) = 'blob' and typeof(b) = 'blob' and "
             "typeof(c) = 'real' and typeof(d) = 'text' from "
             "garner_out_v where a = x'31'"),
        1);
    assert_int_equal(here("select count(*) from garner_out_v where a is null "
                          "and b is null and c is null and d is null"),
                     1);
    gn_free(batch.table);
}

static void rows_that_hang_on_it_stay(void **state)
{
    struct gn_harvest_batch batch;

    (void)state;
    exec_all("create table child(k references t(k) on delete cascade)");
    exec_all("insert into child select k from t");
    h.most = 100;
    works(gn_harvest_claim(&h, "t", &batch, &err));
    assert_int_equal(batch.rows, 10);
    assert_int_equal(here("select count(*) from child"), 10);
    gn_free(batch.table);
}

static void what_waits_for_another_store_is_told(void **state)
{
    struct gn_harvest_batch batch;

    (void)state;
    works(gn_harvest_claim(&h, "t", &batch, &err));
    gn_free(batch.table);
    memset(h.target, 'x', GN_HARVEST_ID - 1);
    assert_int_equal(gn_harvest_pending(&h, &batch, &err), GARNER_BUSY);
    assert_non_null(strstr(err.message, "/home"));
    assert_int_equal(batch.number, 0);
}

static void a_source_keeps_its_name(void **state)
{
    char before[GN_HARVEST_ID];

    (void)state;
    memcpy(before, h.source, sizeof before);
    assert_int_equal(strlen(before), GN_HARVEST_ID - 1);
    works(gn_harvest_open_source(&h, &err));
    assert_string_equal(h.source, before);
    exec_all("update garner_outbox set source = 'x'");
    assert_int_equal(gn_harvest_open_source(&h, &err), GARNER_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENDS(a_batch_is_claimed_and_dropped),
        ENDS(a_claim_is_all_or_nothing),
        ENDS(the_outbox_follows_the_table),
        ENDS(values_stay_as_they_are),
        ENDS(rows_that_hang_on_it_stay),
        ENDS(what_waits_for_another_store_is_told),
        ENDS(a_source_keeps_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
