/* codecs_test.c - a codec is one user's at a time, and used again. */
#include "store/fixture_test.h"

#include "store/codecs.h"

enum { THREADS = 4, ROUNDS = 300 };

static struct gn_codecs codecs;

static int with_codecs(void **state)
{
    (void)state;
    gn_codecs_init(&codecs);
    return 0;
}

static int without_codecs(void **state)
{
    (void)state;
    gn_mem_fail_at(0);
    gn_codecs_fini(&codecs);
    return 0;
}

static struct garner_codec *take(void)
{
    struct garner_codec *codec;

    assert_int_equal(gn_codecs_take(&codecs, &codec, NULL), GARNER_OK);
    assert_non_null(codec);
    return codec;
}

static void one_is_used_again(void **state)
{
    struct garner_codec *first = take();
    struct garner_codec *second = take();

    (void)state;
    assert_ptr_not_equal(first, second);
    gn_codecs_give_back(&codecs, first);
    assert_ptr_equal(take(), first);
    gn_codecs_give_back(&codecs, second);
    gn_codecs_give_back(&codecs, first);
    gn_codecs_give_back(&codecs, NULL);
    assert_int_equal(codecs.count, 2);
}

static void no_more_are_kept_than_needed(void **state)
{
    struct garner_codec *many[GN_CODECS_KEPT + 3];

    (void)state;
    for (int i = 0; i < GN_CODECS_KEPT + 3; i++)
        many[i] = take();
    for (int i = 0; i < GN_CODECS_KEPT + 3; i++)
        gn_codecs_give_back(&codecs, many[i]);
    assert_int_equal(codecs.count, GN_CODECS_KEPT);
}

static void lost_memory_is_an_error(void **state)
{
    struct garner_codec *codec = (void *)&codec;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_codecs_take(&codecs, &codec, NULL), GARNER_NOMEM);
    assert_null(codec);
}

static void *use(void *argument)
{
    char out[256];
    size_t written;

    for (int i = 0; i < ROUNDS; i++) {
        struct garner_codec *codec;

        if (gn_codecs_take(&codecs, &codec, NULL) != GARNER_OK ||
            garner_compress(codec, "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", 28, out,
                            sizeof out, &written, NULL) != GARNER_OK)
            return argument;
        gn_codecs_give_back(&codecs, codec);
    }
    return NULL;
}

static void threads_never_share_one(void **state)
{
    pthread_t threads[THREADS];
    void *failed;

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use, &codecs), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_true(codecs.count <= THREADS);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_codecs, without_codecs)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(one_is_used_again),
        WITH(no_more_are_kept_than_needed),
        WITH(lost_memory_is_an_error),
        WITH(threads_never_share_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
