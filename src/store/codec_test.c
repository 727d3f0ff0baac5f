/* codec_test.c - what is compressed comes back; damage is told. */
#include "store/fixture_test.h"

#include <zstd.h>

#include "base/random.h"
#include "garner/codec.h"

enum { LARGEST = 1 << 20 };

static void round_trip(struct garner_codec *codec, const char *data,
                       size_t size)
{
    const size_t room = garner_compress_bound(size);
    char *frame = gn_alloc(room);
    char *back = gn_alloc(size + 1);
    size_t written = 0;
    size_t told = 1;

    assert_int_equal(
        garner_compress(codec, data, size, frame, room, &written, NULL),
        GARNER_OK);
    assert_true(written > 0 && written <= room);
    assert_int_equal(garner_decompressed_size(frame, written, &told, NULL),
                     GARNER_OK);
    assert_int_equal(told, size);
    assert_int_equal(garner_decompress(codec, frame, written, back, size, NULL),
                     GARNER_OK);
    assert_memory_equal(back, data, size);
    gn_free(back);
    gn_free(frame);
}

static void what_goes_in_comes_out(void **state)
{
    static const size_t sizes[] = {0, 1, 13, 1000, 70000, LARGEST};
    struct garner_codec *codec;
    char *noise = gn_alloc(LARGEST);
    char *zeros = gn_alloc(LARGEST);
    uint64_t seed = 1;

    (void)state;
    for (size_t i = 0; i < LARGEST; i++)
        noise[i] = (char)gn_random_next(&seed);
    assert_int_equal(garner_codec_new(&codec, NULL), GARNER_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        round_trip(codec, noise, sizes[i]);
        round_trip(codec, zeros, sizes[i]);
    }
    garner_codec_free(codec);
    gn_free(zeros);
    gn_free(noise);
}

/* As a page of which little changes: noise, and another byte in its middle. */
static void against_its_base_a_body_is_small(void **state)
{
    static const size_t sizes[] = {1000, 20000, 70000, LARGEST};
    struct garner_codec *codec;
    char *frame = gn_alloc(garner_compress_bound(LARGEST));
    char *base = gn_alloc(LARGEST);
    char *body = gn_alloc(LARGEST);
    char *back = gn_alloc(LARGEST);
    const size_t room = garner_compress_bound(LARGEST);
    uint64_t seed = 1;
    size_t written;

    (void)state;
    for (size_t i = 0; i < LARGEST; i++)
        base[i] = body[i] = (char)gn_random_next(&seed);
    assert_int_equal(garner_codec_new(&codec, NULL), GARNER_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const size_t size = sizes[i];

        body[size / 2] ^= 1;
        garner_codec_base(codec, base, size);
        assert_int_equal(
            garner_compress(codec, body, size, frame, room, &written, NULL),
            GARNER_OK);
        assert_true(written < 200);
        garner_codec_base(codec, base, size);
        assert_int_equal(
            garner_decompress(codec, frame, written, back, size, NULL),
            GARNER_OK);
        assert_memory_equal(back, body, size);
        /* Without it, or with another, it is not read. */
        assert_int_equal(
            garner_decompress(codec, frame, written, back, size, NULL),
            GARNER_CORRUPT);
        base[0] ^= 1;
        garner_codec_base(codec, base, size);
        assert_int_equal(
            garner_decompress(codec, frame, written, back, size, NULL),
            GARNER_CORRUPT);
        base[0] ^= 1;
        /* A base is for one call. */
        round_trip(codec, body, size);
        body[size / 2] ^= 1;
    }
    garner_codec_free(codec);
    gn_free(back);
    gn_free(body);
    gn_free(base);
    gn_free(frame);
}

static void too_little_room_is_misuse(void **state)
{
    struct garner_codec *codec;
    struct garner_error err;
    char out[8];
    size_t written = 0;

    (void)state;
    assert_int_equal(garner_codec_new(&codec, NULL), GARNER_OK);
    assert_int_equal(garner_compress(codec, "0123456789", 10, out, sizeof out,
                                     &written, &err),
                     GARNER_MISUSE);
    assert_non_null(strstr(err.message, "room for 8 bytes"));
    garner_codec_free(codec);
}

static void damage_is_told(void **state)
{
    struct garner_codec *codec;
    char frame[256];
    char out[100];
    char data[100];
    size_t written = 0;
    size_t size = 0;

    (void)state;
    memset(data, 'x', sizeof data);
    assert_int_equal(garner_codec_new(&codec, NULL), GARNER_OK);
    assert_int_equal(garner_decompressed_size("plain text", 10, &size, NULL),
                     GARNER_CORRUPT);
    assert_int_equal(garner_decompressed_size("", 0, &size, NULL),
                     GARNER_CORRUPT);
    assert_int_equal(garner_compress(codec, data, sizeof data, frame,
                                     sizeof frame, &written, NULL),
                     GARNER_OK);
    /* Its end is missing; then its middle is wrong, then room for it. */
    assert_int_equal(
        garner_decompress(codec, frame, written - 1, out, sizeof out, NULL),
        GARNER_CORRUPT);
    assert_int_equal(
        garner_decompress(codec, frame, written, out, sizeof out - 1, NULL),
        GARNER_CORRUPT);
    memset(frame + 5, 0xff, written - 5);
    assert_int_equal(
        garner_decompress(codec, frame, written, out, sizeof out, NULL),
        GARNER_CORRUPT);
    garner_codec_free(codec);
}

static void a_frame_without_its_size_is_refused(void **state)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    char frame[256];
    size_t size = 0;
    size_t n;

    (void)state;
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    n = ZSTD_compress2(context, frame, sizeof frame, "abc", 3);
    assert_false(ZSTD_isError(n));
    assert_int_equal(garner_decompressed_size(frame, n, &size, NULL),
                     GARNER_CORRUPT);
    ZSTD_freeCCtx(context);
}

static void lost_memory_is_an_error(void **state)
{
    struct garner_codec *codec;
    struct garner_error err;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(garner_codec_new(&codec, &err), GARNER_NOMEM);
    assert_null(codec);
    garner_codec_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(against_its_base_a_body_is_small),
        cmocka_unit_test(too_little_room_is_misuse),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(a_frame_without_its_size_is_refused),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
