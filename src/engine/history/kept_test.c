/* kept_test.c - the last body of a source, read back. */
#include "engine/fixture_test.h"
#include "engine/history/kept.h"
#include "engine/history/schema.h"

/* A source 1 whose last body, 2, is kept against body 1; the bytes are not what
 * matters. */
static struct world *begin_kept(void)
{
    struct world *w = begin(NULL, NULL);

    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    store_runs(w,
               "insert into garner_body (id, source, sha256, size, codec,"
               " data) values (1, 1, zeroblob(32), 5, 'none', x'6669727374')");
    store_runs(w, "insert into garner_body (id, source, sha256, size, codec,"
                  " data, base) values (2, 1, cast(printf('%032d', 7) as blob),"
                  " 6, 'none', x'7365636f6e64', 1)");
    store_runs(w, "insert into garner_source (id, name, url, body)"
                  " values (1, 's', 'u', 2), (2, 't', 'u', null)");
    return w;
}

static void the_last_one_is_read(void **state)
{
    struct world *w = begin_kept();
    struct gn_base base;

    (void)state;
    assert_int_equal(gn_kept_last(w->store, 1, 6, &base, NULL), GARNER_OK);
    assert_int_equal(base.size, 6);
    assert_memory_equal(base.data, "second", 6);
    assert_memory_equal(base.sha256, "00000000000000000000000000000007", 32);
    assert_int_equal(base.depth, 1);
    assert_int_equal(base.whole, 5);
    gn_base_fini(&base);
    assert_null(base.data);
    end(w);
}

static void there_may_be_none(void **state)
{
    struct world *w = begin_kept();
    struct gn_base base;

    (void)state;
    assert_int_equal(gn_kept_last(w->store, 1, 5, &base, &w->err),
                     GARNER_NOTFOUND); /* it is larger */
    assert_null(base.data);
    assert_int_equal(gn_kept_last(w->store, 2, 100, &base, &w->err),
                     GARNER_NOTFOUND);
    assert_int_equal(gn_kept_last(w->store, 3, 100, &base, &w->err),
                     GARNER_NOTFOUND);
    assert_has(w->err.message, "no body of source 3");
    store_runs(w, "update garner_body set sha256 = x'00' where id = 2");
    assert_int_equal(gn_kept_last(w->store, 1, 100, &base, &w->err),
                     GARNER_CORRUPT);
    assert_null(base.data);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_one_is_read),
        cmocka_unit_test(there_may_be_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
