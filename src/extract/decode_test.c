/* decode_test.c - texts in the encodings that the web has, as Python's codecs
 * write them; and what is wrong in such. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/decode.h"

struct test_case {
    const char *charset;
    const char *bytes;
    size_t size;
    const char *expected; /* NULL: they are left as they are */
};

static enum garner_code decode(const struct test_case *c, struct gn_buf *out)
{
    const struct gn_charset *charset =
        gn_charset_find(c->charset, strlen(c->charset));
    char *exact = gn_alloc(c->size + (c->size == 0));
    enum garner_code code;

    assert_non_null(charset);
    for (size_t i = 0; i < c->size; i++)
        exact[i] = c->bytes[i];
    code = gn_decode(charset, exact, c->size, out);
    gn_free(exact);
    return code;
}

static void check(const struct test_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct gn_buf out = {0};
        const enum garner_code code = decode(&cases[i], &out);

        if (code != (cases[i].expected != NULL ? GARNER_OK : GARNER_DONE) ||
            (cases[i].expected != NULL &&
             strcmp(gn_buf_cstr(&out), cases[i].expected) != 0))
            fail_msg("%s, %zu: %s", cases[i].charset, i, gn_buf_cstr(&out));
        gn_buf_fini(&out);
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases)[0])

static const struct test_case good[] = {
    {"shift_jis", "\x93\xfa\x96{\x8c\xea\x81`\xb6\xc5\x87@\xee\xe0 a", 16,
     "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xef\xbd\x9e\xef\xbd\xb6\xef\xbe\x85"
     "\xe2\x91\xa0\xe9\xab\x99 a"},
    {"euc-jp", "\xc6\xfc\xcb\xdc\xb8\xec\xa5\xc6\xa5\xb9\xa5\xc8 a", 14,
     "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88 "
     "a"},
    {"iso-2022-jp",
     "\x1b$BF|K\x5c"
     "8l\x1b(B a",
     14, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e a"},
    {"gbk", "\xbc\xf2\xcc\xe5\xd6\xd0\xce\xc4 a", 10,
     "\xe7\xae\x80\xe4\xbd\x93\xe4\xb8\xad\xe6\x96\x87 a"},
    {"gb18030",
     "\xbc\xf2\xcc\xe5\xa2\xe3\x95"
     "4\xb2"
     "5 a",
     12, "\xe7\xae\x80\xe4\xbd\x93\xe2\x82\xac\xf0\xa0\xae\xb7 a"},
    {"big5",
     "\xc1"
     "c\xc5\xe9\xa4\xa4\xa4\xe5 a",
     10, "\xe7\xb9\x81\xe9\xab\x94\xe4\xb8\xad\xe6\x96\x87 a"},
    {"euc-kr",
     "\xc7\xd1\xb1\xb9\xbe\xee \x8c"
     "c a",
     11, "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4 \xeb\x98\xa0 a"},
    {"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", 6,
     "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"},
    {"koi8-u", "\xf0\xd2\xc9\xd7\xa6\xd4 \xad", 8,
     "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd1\x96\xd1\x82 \xd2\x91"},
    {"ibm866", "\x8f\xe0\xa8\xa2\xa5\xe2", 6,
     "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"},
    {"macintosh", "\x86n\x95 \xd2q\xd3", 7,
     "\xc3\x9cn\xc3\xaf \xe2\x80\x9cq\xe2\x80\x9d"},
    {"windows-1250", "\x8elu\x9dou\xe8k\xfd", 9,
     "\xc5\xbdlu\xc5\xa5ou\xc4\x8dk\xc3\xbd"},
    {"windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2 \xb9", 8,
     "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 \xe2\x84\x96"},
    {"windows-1252", "na\xefve \x93q\x94 \x80", 11,
     "na\xc3\xafve \xe2\x80\x9cq\xe2\x80\x9d \xe2\x82\xac"},
    {"windows-1253", "\xc3\xe5\xe9\xdc \xf3\xef\xf5", 8,
     "\xce\x93\xce\xb5\xce\xb9\xce\xac \xcf\x83\xce\xbf\xcf\x85"},
    {"windows-1254", "\xfd\xf0\xfe\xdd", 4, "\xc4\xb1\xc4\x9f\xc5\x9f\xc4\xb0"},
    {"windows-1255", "\xf9\xec\xe5\xed", 4, "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"},
    {"windows-1256", "\xe3\xd1\xcd\xc8\xc7", 5,
     "\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7"},
    {"windows-1257", "\xe0\xe8\xe6\xeb\xe1", 5,
     "\xc4\x85\xc4\x8d\xc4\x99\xc4\x97\xc4\xaf"},
    {"windows-1258", "\xd0\xf4\xccng", 5, "\xc4\x90\xe1\xbb\x93ng"},
    {"windows-874", "\xca\xc7\xd1\xca\xb4\xd5", 6,
     "\xe0\xb8\xaa\xe0\xb8\xa7\xe0\xb8\xb1\xe0\xb8\xaa\xe0\xb8\x94\xe0\xb8"
     "\xb5"},
    {"iso-8859-2", "\xaelu\xbb", 4, "\xc5\xbdlu\xc5\xa5"},
    {"iso-8859-15", "\xbd \xa4", 3, "\xc5\x93 \xe2\x82\xac"},
    {"x-mac-cyrillic", "\x8f\xf0\xe8\xe2\xe5\xf2", 6,
     "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"},
    {"utf-16le",
     "a\x00\xfc\x00\xe5"
     "e=\xd8\x00\xde",
     10, "a\xc3\xbc\xe6\x97\xa5\xf0\x9f\x98\x80"},
    {"utf-16be",
     "\x00"
     "a\x00\xfc"
     "e\xe5\xd8=\xde\x00",
     10, "a\xc3\xbc\xe6\x97\xa5\xf0\x9f\x98\x80"},
};

static void good_texts(void **state)
{
    (void)state;
    CHECK(good);
}

#define U "\xef\xbf\xbd"

static void wrong_bytes_are_replaced(void **state)
{
    static const struct test_case cases[] = {
        {"utf-8", "a\xffz", 3, "a" U "z"},
        {"utf-8", "a\xc3\xa4", 3, NULL},
        {"shift_jis", "a\x82<b>", 5, "a" U "<b>"},
        {"shift_jis", "a\x82", 2, "a" U},
        {"euc-jp", "\xa4\"x", 3, U "\"x"},
        {"euc-jp", "a\xff\xff z", 5, "a" U " z"},
        {"gb18030", "a\x81", 2, "a" U},
        {"gb18030", "\xff<", 2, U "<"},
        {"big5", "\x81<b", 3, U "<b"},
        {"euc-kr", "\xc8", 1, U},
        {"iso-2022-jp", "\x1b$B\xff\x46|\x1b(Bz", 10, U "\xe6\x97\xa5z"},
        {"koi8-r", "", 0, ""},
        {"windows-1253", "a\xaaz", 3, "a" U "z"},
        {"iso-8859-6", "a\xffz", 3, "a" U "z"},
        {"windows-1252", "\x81\x8d\x9d", 3, "\xc2\x81\xc2\x8d\xc2\x9d"},
        {"windows-1251", "\x98", 1, "\xc2\x98"},
        {"utf-16le", "a\0\0\xd8z\0", 6, "a" U "z"},
        {"utf-16le", "a\0\0\xdcz\0", 6, "a" U "z"},
        {"utf-16le", "a\0z", 3, "a" U},
        {"utf-16le", "a\0\x3d\xd8", 4, "a" U},
        {"utf-16le",
         "\xff\xfe"
         "a\0",
         4, "a"},
        {"utf-16be", "\xfe\xff\0a", 4, "a"},
    };

    (void)state;
    CHECK(cases);
}

/* More than a step of the decoder, with characters across its end. */
static void large_texts(void **state)
{
    const size_t size = 5000000;
    char *bytes = gn_alloc(size + 1);
    struct gn_buf out = {0};
    size_t wide = 0;

    (void)state;
    bytes[0] = 'a';
    for (size_t i = 1; i < size; i++)
        bytes[i] = "\xa2\xa4"[i % 2];
    assert_int_equal(gn_decode(gn_charset_find("euc-jp", 6), bytes, size, &out),
                     GARNER_OK);
    for (size_t i = 1; i + 3 <= out.size; i += 3)
        wide += memcmp(out.data + i, "\xe3\x81\x82", 3) == 0;
    assert_int_equal(wide, (size - 1) / 2);
    assert_int_equal(out.size, 1 + wide * 3 + 3); /* half a character */
    gn_buf_clear(&out);
    memset(bytes, 0xff, size);
    assert_int_equal(gn_decode(gn_charset_find("big5", 4), bytes, size, &out),
                     GARNER_OK);
    assert_int_equal(out.size, size / 2 * 3);
    gn_buf_fini(&out);
    gn_free(bytes);
}

static void what_the_library_lacks_is_utf8(void **state)
{
    static const struct gn_charset none = {"x", "no-such-charset",
                                           GN_CHARSET_SINGLE, " x "};
    struct gn_buf out = {0};

    (void)state;
    assert_int_equal(gn_decode(&none, "a\xc3\xa4", 3, &out), GARNER_DONE);
    assert_int_equal(gn_decode(&none, "a\xe4", 2, &out), GARNER_OK);
    assert_string_equal(out.data, "a" U);
    gn_buf_fini(&out);
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_decode(gn_charset_find("big5", 4), "a", 1, &out),
                     GARNER_NOMEM);
    gn_mem_fail_at(0);
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_texts),
        cmocka_unit_test(wrong_bytes_are_replaced),
        cmocka_unit_test(large_texts),
        cmocka_unit_test(what_the_library_lacks_is_utf8),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
