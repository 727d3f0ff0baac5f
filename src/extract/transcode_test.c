/* transcode_test.c - texts that come piece by piece, as Python's codecs write
 * them; and what is wrong in such. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/transcode.h"

struct test_case {
    const char *charset;
    const char *bytes;
    size_t size;
    const char *expected; /* then what is wrong */
};

static struct gn_transcoder *start(const char *name)
{
    struct garner_error err = {0};
    struct gn_transcoder *t;

    assert_int_equal(
        gn_transcoder_new(gn_charset_find(name, strlen(name)), &t, &err),
        GARNER_OK);
    return t;
}

/* What becomes of a text of which piece bytes more come at a time, in that much
 * room. */
static const char *transcode(const struct test_case *c, size_t piece,
                             size_t room)
{
    static char text[400];
    char *exact = gn_alloc(c->size + (c->size == 0));
    struct gn_transcoder *t = start(c->charset);
    struct gn_transcoder_step s = {exact, 0, text, 0};
    struct garner_error err = {0};
    size_t come = 0;
    enum garner_code code = GARNER_OK;

    memcpy(exact, c->bytes, c->size);
    while (code == GARNER_OK && come < c->size) {
        const size_t more = c->size - come < piece ? c->size - come : piece;
        size_t before = SIZE_MAX;

        come += more;
        s.in_size += more;
        while (code == GARNER_OK && s.in_size < before) {
            before = s.in_size;
            s.out_size = room;
            code = gn_transcoder_step(t, &s, &err);
        }
    }
    s.out_size = room;
    if (code == GARNER_OK)
        code = gn_transcoder_end(t, &s, &err);
    *s.out = '\0';
    assert_true(code == GARNER_OK || code == GARNER_INVALID);
    if (code != GARNER_OK)
        snprintf(s.out, sizeof text - (size_t)(s.out - text), "%s",
                 err.message);
    gn_transcoder_free(t);
    gn_free(exact);
    return text;
}

#define TEXT(bytes) bytes, sizeof(bytes) - 1

static const struct test_case cases[] = {
    {"latin1", TEXT(""), ""},
    {"latin1", TEXT("caf\xe9,\x80\x81 1"),
     "caf\xc3\xa9,\xe2\x82\xac\xc2\x81 1"},
    {"shift_jis", TEXT("\x93\xfa\x96{\x8c\xea a"),
     "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e a"},
    {"utf-16le",
     TEXT("\xff\xfe"
          "a\0\x3d\xd8\x00\xde\n\0"),
     "\xef\xbb\xbf"
     "a\xf0\x9f\x98\x80\n"},
    {"utf-16be", TEXT("\0a\x20\xac"), "a\xe2\x82\xac"},
    {"gb18030", TEXT("\x81\x30\x89\x38 \xd6\xd0"), "\xc3\x9f \xe4\xb8\xad"},
    {"iso-2022-jp", TEXT("\x1b$BF|K\x5c\x1b(Bx"),
     "\xe6\x97\xa5\xe6\x9c\xac"
     "x"},
    /* which may be the first half of a character, until the end is there */
    {"big5", TEXT("a\x88\x66"), "a\xc3\x8a"},
    {"koi8-u", TEXT("\xd0\xd2\xa4"), "\xd0\xbf\xd1\x80\xd1\x94"},
    {"shift_jis", TEXT("a\x93"), "ait ends within a character of shift_jis"},
    {"shift_jis",
     TEXT("ab\xff"
          "c"),
     "abbyte 0xff is no shift_jis here"},
    {"utf-16le", TEXT("a\0b"), "ait ends within a character of utf-16le"},
    {"utf-16le",
     TEXT("a\0\x00\xdc"
          "b\0"),
     "abyte 0x00 is no utf-16le here"},
    {"iso-8859-7", TEXT("a\xff"), "abyte 0xff is no iso-8859-7 here"},
};

static void texts_come_whole_however_the_bytes_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t piece = 1; piece <= 16; piece++)
            for (size_t room = GN_TRANSCODE_ROOM; room <= 64; room *= 2)
                assert_string_equal(transcode(&cases[i], piece, room),
                                    cases[i].expected);
}

static void all_charsets_are_there(void **state)
{
    static const char *const names[] = {
        "ibm866",     "macintosh",   "windows-874", "x-mac-cyrillic",
        "gbk",        "big5",        "euc-jp",      "iso-2022-jp",
        "euc-kr",     "iso-8859-16", "utf-16be",    "windows-1258",
        "iso-8859-8", "koi8-r"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        gn_transcoder_free(start(names[i]));
    gn_transcoder_free(NULL);
}

static void what_cannot_be_made_is_an_error(void **state)
{
    static const struct gn_charset unknown = {.name = "x", .iconv = "NONE-1"};
    struct garner_error err = {0};
    struct gn_transcoder *t;

    (void)state;
    assert_int_equal(gn_transcoder_new(&unknown, &t, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "has no x"));
    gn_mem_fail_at(1);
    assert_int_equal(gn_transcoder_new(&unknown, &t, &err), GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_null(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_come_whole_however_the_bytes_do),
        cmocka_unit_test(all_charsets_are_there),
        cmocka_unit_test(what_cannot_be_made_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
