/* chunks_test.c - files that are not in UTF-8: what they become, and where what
 * is wrong in them stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/intake_testing.h"

#define TEXT(bytes) bytes, sizeof(bytes) - 1

static const struct {
    const char *encoding; /* NULL: not said */
    const char *bytes;
    size_t size;
    const char *rows;
} samples[] = {
    {"latin1", TEXT("a\nM\xfcller\n\x80\n"),
     "2:a='M\xc3\xbcller';\n3:a='\xe2\x82\xac';\n"},
    {"utf-8", TEXT("a\n\xc3\xbc\n"), "2:a='\xc3\xbc';\n"},
    {"latin1", TEXT(""), ""},
    {"latin1", TEXT("a"), ""},
    {"shift_jis", TEXT("\x93\xfa\n\x96{\n"),
     "2:\xe6\x97\xa5='\xe6\x9c\xac';\n"},
    /* a mark says more than a flag, and needs none */
    {NULL,
     TEXT("\xff\xfe"
          "a\0\n\0\xfc\0\r\0\n\0"),
     "2:a='\xc3\xbc';\n"},
    {"utf-16", TEXT("\xfe\xff\0a\0\n\x20\xac"), "2:a='\xe2\x82\xac';\n"},
    {"latin1",
     TEXT("\xef\xbb\xbf"
          "a\n\xc3\xbc\n"),
     "2:a='\xc3\xbc';\n"},
    {"utf-16le", TEXT("a\0\n\0b\0"), "2:a='b';\n"},
    {"utf-16le", TEXT("[\0{\0\"\0a\0\"\0:\0001\0}\0]\0"), "1:a=1;\n"},
    /* rows before a wrong byte are there */
    {"shift_jis", TEXT("a\nb\n\n\"c\n\xff\"\n"),
     "2:a='b';\nf:5: byte 0xff is no shift_jis here"},
    {"shift_jis", TEXT("a\nb\n\xff\n"),
     "2:a='b';\nf:3: byte 0xff is no shift_jis here"},
    {"shift_jis", TEXT("a\nb\n\x93"),
     "2:a='b';\nf:3: it ends within a character of shift_jis"},
    {"euc-jp", TEXT("{\"a\":1}\n{\"a\":\n\"\xff\"}"),
     "1:a=1;\nf:3: byte 0xff is no euc-jp here"},
};

static struct gn_intake_options options_of(const char *encoding)
{
    return (struct gn_intake_options){
        .charset = encoding == NULL
                       ? NULL
                       : gn_charset_find(encoding, strlen(encoding))};
}

static void texts_become_utf_8_however_they_come(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        for (size_t piece = 1; piece <= 32; piece++)
            assert_string_equal(rows_of("f", samples[i].bytes, samples[i].size,
                                        piece, options_of(samples[i].encoding)),
                                samples[i].rows);
}

/* Longer than what is read at a time. */
static void long_texts_are_put_together(void **state)
{
    struct gn_buf text = {0};

    (void)state;
    gn_buf_text(&text, "a,b\n1,\"");
    for (size_t i = 0; i < 1 << 20; i++)
        gn_buf_text(&text, i % 100 == 0 ? "\n" : "\x93\xfa");
    gn_buf_text(&text, "\"\n2,\xff\n");
    assert_false(gn_buf_failed(&text));
    assert_string_equal(
        rows_of("f", text.data, text.size, 65536, options_of("shift_jis")),
        "2:a='1';b=(3124756);\nf:10489: byte 0xff is no shift_jis here");
    gn_buf_fini(&text);
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_intake_options options = options_of("shift_jis");
    bool ok = false;

    (void)state;
    for (unsigned nth = 1; !ok; nth++) {
        struct gn_intake_row row;
        struct garner_error err = {0};
        struct gn_intake *in;
        FILE *file = tmpfile();

        assert_true(nth < 100);
        assert_non_null(file);
        fputs("a\n\x93\xfa\n", file);
        rewind(file);
        gn_mem_fail_at(nth);
        ok = gn_intake_new(fileno(file), "f", &options, &in, &err) ==
                 GARNER_OK &&
             gn_intake_next(in, &row, &err) == GARNER_OK;
        gn_mem_fail_at(0);
        assert_true(ok || err.code == GARNER_NOMEM);
        assert_true(!ok || nth > 5);
        gn_intake_free(in);
        fclose(file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_utf_8_however_they_come),
        cmocka_unit_test(long_texts_are_put_together),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
