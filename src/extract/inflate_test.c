/* inflate_test.c - gzip, good, broken and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/mem.h"
#include "extract/inflate.h"

/* Appends size bytes as a member of gzip. */
static void pack(const char *data, size_t size, struct gn_buf *out)
{
    z_stream z = {.next_in = (Bytef *)data, .avail_in = (uInt)size};

    assert_int_equal(
        deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
        Z_OK);
    assert_true(gn_buf_reserve(out, size / 2 + 1000));
    z.next_out = (Bytef *)out->data + out->size;
    z.avail_out = (uInt)(out->room - out->size);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->size += z.total_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
}

/* The same of size zeros. */
static void pack_zeros(size_t size, struct gn_buf *out)
{
    struct gn_buf zeros = {0};

    assert_true(gn_buf_reserve(&zeros, size));
    memset(zeros.data, 0, size);
    pack(zeros.data, size, out);
    gn_buf_fini(&zeros);
}

static void refused(const char *data, size_t size, const char *why)
{
    struct gn_buf out = {0};
    struct garner_error err = {0};

    assert_int_equal(gn_inflate(data, size, NULL, &out, &err), GARNER_INVALID);
    if (strstr(err.message, why) == NULL)
        fail_msg("%s", err.message);
    gn_buf_fini(&out);
}

static void all_members_are_unpacked(void **state)
{
    struct gn_buf packed = {0};
    struct gn_buf out = {0};
    struct gn_buf text = {0};

    (void)state;
    for (int i = 0; i < 50000; i++)
        gn_buf_printf(&text, "%d,", i);
    pack(text.data, text.size, &packed);
    assert_true(gn_inflate_is_gzip(packed.data, packed.size));
    assert_int_equal(gn_inflate(packed.data, packed.size, NULL, &out, NULL),
                     GARNER_OK);
    assert_int_equal(out.size, text.size);
    assert_memory_equal(out.data, text.data, text.size);
    gn_buf_clear(&packed);
    gn_buf_clear(&out);
    pack("a", 1, &packed);
    pack("", 0, &packed);
    pack("b", 1, &packed);
    gn_buf_text(&packed, "padding"); /* as gunzip, it is let be */
    assert_int_equal(gn_inflate(packed.data, packed.size, NULL, &out, NULL),
                     GARNER_OK);
    assert_string_equal(gn_buf_cstr(&out), "ab");
    gn_buf_fini(&packed);
    gn_buf_fini(&out);
    gn_buf_fini(&text);
}

static void what_is_broken_is_refused(void **state)
{
    struct gn_buf packed = {0};

    (void)state;
    assert_false(gn_inflate_is_gzip("\x1f\x8b", 2));
    assert_false(gn_inflate_is_gzip("<a/>", 4));
    pack("some text, some text", 20, &packed);
    for (size_t size = 0; size < packed.size; size++)
        refused(packed.data, size, "too early");
    packed.data[packed.size - 8] ^= 1;
    refused(packed.data, packed.size, "incorrect data check");
    packed.data[12] ^= 0x7f;
    refused(packed.data, packed.size, "gzip is broken at byte ");
    gn_buf_fini(&packed);
}

static void growth_is_bounded(void **state)
{
    struct gn_buf packed = {0};
    struct gn_buf out = {0};

    (void)state;
    pack_zeros(GN_INFLATE_FREE, &packed);
    assert_int_equal(gn_inflate(packed.data, packed.size, NULL, &out, NULL),
                     GARNER_OK);
    assert_int_equal(out.size, GN_INFLATE_FREE);
    gn_buf_clear(&packed);
    pack_zeros(8 << 20, &packed);
    refused(packed.data, packed.size, "the most that is accepted");
    gn_buf_fini(&packed);
    gn_buf_fini(&out);
}

static void bounds_may_be_others(void **state)
{
    const struct gn_inflate_bounds wide = {.ratio = 5000, .most = 8 << 20};
    const struct gn_inflate_bounds low = {.most = 1000};
    struct gn_buf packed = {0};
    struct gn_buf out = {0};

    (void)state;
    pack_zeros(8 << 20, &packed);
    assert_int_equal(gn_inflate(packed.data, packed.size, &wide, &out, NULL),
                     GARNER_OK);
    assert_int_equal(out.size, 8 << 20);
    gn_buf_clear(&packed);
    gn_buf_clear(&out);
    pack_zeros(1001, &packed);
    assert_int_equal(gn_inflate(packed.data, packed.size, &low, &out, NULL),
                     GARNER_INVALID);
    gn_buf_fini(&packed);
    gn_buf_fini(&out);
}

/* Each byte alone, and room for one. */
static void it_may_come_bit_by_bit(void **state)
{
    struct gn_inflater *x;
    struct gn_inflater_step s = {0};
    struct gn_buf packed = {0};
    char out[8] = "";

    (void)state;
    pack("abc", 3, &packed);
    pack("de", 2, &packed);
    gn_buf_text(&packed, "padding");
    assert_int_equal(gn_inflater_new(&x, NULL), GARNER_OK);
    s.out = out;
    for (size_t i = 0; i < packed.size - 7; i++) {
        s.in = packed.data + i;
        s.in_size = 1;
        while (s.in_size > 0 || s.out_size == 0) {
            s.out_size = 1;
            assert_int_equal(gn_inflater_step(x, &s, NULL), GARNER_OK);
        }
        assert_true(i < packed.size - 8 ||
                    gn_inflater_end(x, NULL) == GARNER_OK);
        assert_true(i != 12 || gn_inflater_end(x, NULL) == GARNER_INVALID);
    }
    assert_string_equal(out, "abcde");
    s.in = "p";
    s.in_size = s.out_size = 1;
    assert_int_equal(gn_inflater_step(x, &s, NULL), GARNER_DONE);
    gn_inflater_free(x);
    gn_buf_fini(&packed);
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_buf packed = {0};
    struct gn_buf out = {0};

    (void)state;
    pack("x", 1, &packed);
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_inflate(packed.data, packed.size, NULL, &out, NULL),
                         GARNER_NOMEM);
    }
    gn_buf_fini(&packed);
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_members_are_unpacked),
        cmocka_unit_test(what_is_broken_is_refused),
        cmocka_unit_test(growth_is_bounded),
        cmocka_unit_test(bounds_may_be_others),
        cmocka_unit_test(it_may_come_bit_by_bit),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
