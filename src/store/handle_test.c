/* handle_test.c - which handles may do what. */
#include "store/door_test.h"

#include "store/handle.h"

static void a_handle_is_looked_at_first(void **state)
{
    struct garner_batch *b;
    struct garner_rows *rows;
    struct gn_shard *shard;

    (void)state;
    assert_int_equal(gn_handle_reads(store, &shard, NULL), GARNER_OK);
    assert_ptr_equal(shard, store->shard);
    assert_int_equal(gn_handle_writes(store, &shard, NULL), GARNER_OK);
    assert_ptr_equal(shard, store->shard);
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_exec(NULL, "x", NULL, 0, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_write(NULL, b, NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_submit(NULL, b, NULL, NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_flush(NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_query(NULL, "x", NULL, 0, &rows, NULL),
                     GARNER_MISUSE);
    garner_batch_free(b);
}

static void for_reading_alone_means_that(void **state)
{
    struct gn_shard *shard;
    struct garner_error err;

    (void)state;
    garner_close(store);
    options.read_only = true;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    assert_int_equal(gn_handle_reads(store, &shard, NULL), GARNER_OK);
    assert_int_equal(gn_handle_writes(store, &shard, &err), GARNER_UNSUPPORTED);
    assert_non_null(strstr(err.message, fixture.db));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_handle_is_looked_at_first, with_store),
        WITH(for_reading_alone_means_that, with_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
