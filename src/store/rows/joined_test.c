/* joined_test.c - a cursor over others: what is asked of it, they answer. */
#include "store/rows/leased_fixture_test.h"

#include "store/rows/joined.h"

/* One after the other. */
struct pair {
    struct gn_rows_source source;
    struct garner_rows *both[2];
    size_t at;
    bool closed;
};

static enum garner_code next_of_pair(struct gn_rows_source *source,
                                     struct garner_rows **at,
                                     struct garner_error *err)
{
    struct pair *p = (struct pair *)source;
    enum garner_code code = GARNER_DONE;

    while (p->at < source->count) {
        *at = source->all[p->at];
        code = garner_next(*at, err);
        if (code != GARNER_DONE)
            break;
        p->at++;
    }
    return code;
}

static void close_pair(struct gn_rows_source *source)
{
    struct pair *p = (struct pair *)source;

    garner_rows_close(p->both[0]);
    garner_rows_close(p->both[1]);
    p->closed = true;
}

static struct garner_rows *join(struct pair *p, const char *first,
                                const char *second)
{
    struct garner_rows *rows;

    *p = (struct pair){.both = {query(first), query(second)}};
    p->source = (struct gn_rows_source){p->both, 2, next_of_pair, close_pair};
    assert_int_equal(gn_rows_join(&p->source, &rows, NULL), GARNER_OK);
    return rows;
}

static void it_gives_the_rows_of_all(void **state)
{
    struct pair p;
    struct garner_rows *rows = join(&p, "select a, b as bee from t order by a",
                                    "select a, b from t order by a desc");
    static const int64_t expected[] = {1, 2, 3, 3, 2, 1};

    (void)state;
    assert_int_equal(garner_columns(rows), 2);
    assert_string_equal(garner_column_name(rows, 1), "bee");
    assert_string_equal(garner_column_name(rows, 2), "");
    assert_int_equal(garner_column(rows, 0).type, GARNER_NULL); /* no row yet */
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
        assert_int_equal(garner_column(rows, 0).integer, expected[i]);
        assert_int_equal(garner_column(rows, 2).type, GARNER_NULL);
    }
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    garner_rows_close(rows);
    assert_true(p.closed);
    nothing_is_held();
}

static void the_others_hear_of_a_cancel(void **state)
{
    struct pair p;
    struct garner_rows *rows = join(&p, "select 1", ENDLESS);

    (void)state;
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    garner_rows_cancel(rows);
    next_fails(rows, GARNER_CANCELED, "select 1");
    garner_rows_close(rows);
    nothing_is_held();
}

static void the_others_hear_of_a_deadline(void **state)
{
    struct pair p;
    struct garner_rows *rows = join(&p, "select 1", ENDLESS);

    (void)state;
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    garner_rows_set_timeout(rows, 5);
    assert_int_equal(garner_next(rows, NULL), GARNER_TIMEOUT);
    garner_rows_close(rows);
    nothing_is_held();
}

static void without_memory_the_others_stay(void **state)
{
    struct pair p = {.both = {query("select 1"), query("select 2")}};
    struct garner_rows *rows;

    (void)state;
    p.source = (struct gn_rows_source){p.both, 2, next_of_pair, close_pair};
    gn_mem_fail_at(1);
    assert_int_equal(gn_rows_join(&p.source, &rows, NULL), GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_null(rows);
    assert_false(p.closed);
    close_pair(&p.source);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_log, without)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(it_gives_the_rows_of_all),
        WITH(the_others_hear_of_a_cancel),
        WITH(the_others_hear_of_a_deadline),
        WITH(without_memory_the_others_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
