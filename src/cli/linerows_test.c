/* linerows_test.c - a row of each line, or of all of a text, however the bytes
 * come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cli/intake_testing.h"

static const struct {
    const char *text;
    const char *lines;
    const char *whole;
} samples[] = {
    {"", "", "1:text='';\n"},
    {"\n", "1:line='';\n", "1:text='\n';\n"},
    {"a", "1:line='a';\n", "1:text='a';\n"},
    {" a \n\n\tb", "1:line=' a ';\n2:line='';\n3:line='\tb';\n",
     "1:text=' a \n\n\tb';\n"},
    {"a\r\nb\rc\n\rd\r",
     "1:line='a';\n2:line='b';\n3:line='c';\n4:line='';\n"
     "5:line='d';\n",
     "1:text='a\r\nb\rc\n\rd\r';\n"},
    /* whose ends come in pieces */
    {"one two\r\nb\r\n", "1:line='one two';\n2:line='b';\n",
     "1:text='one two\r\nb\r\n';\n"},
    {"\xef\xbb\xbf{\"a\":1},2\n", "1:line='{\"a\":1},2';\n",
     "1:text='{\"a\":1},2\n';\n"},
    {"a\r\n\xc3\xa4\rb\xe4\nc",
     "1:line='a';\n2:line='\xc3\xa4';\nf.csv:3: this is not UTF-8; say what it "
     "is: --encoding latin1, shift_jis ...",
     "f.csv:3: this is not UTF-8; say what it is: --encoding latin1, shift_jis "
     "..."},
};

static void texts_become_rows(void **state)
{
    const struct gn_intake_options lines = {.format = GN_INTAKE_LINES};
    const struct gn_intake_options text = {.format = GN_INTAKE_TEXT};

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        for (size_t piece = 1; piece <= 16; piece++) {
            const char *t = samples[i].text;

            assert_string_equal(rows_of("f.csv", t, strlen(t), piece, lines),
                                samples[i].lines);
            assert_string_equal(rows_of("f.csv", t, strlen(t), piece, text),
                                samples[i].whole);
        }
}

static void long_lines_are_put_together(void **state)
{
    const struct gn_intake_options lines = {.format = GN_INTAKE_LINES};
    struct gn_buf text = {0};

    (void)state;
    gn_buf_text(&text, "a\n");
    for (size_t i = 0; i < 1 << 20; i++)
        gn_buf_byte(&text, 'x');
    gn_buf_text(&text, "\r\nb");
    assert_false(gn_buf_failed(&text));
    assert_string_equal(rows_of("f", text.data, text.size, 65536, lines),
                        "1:line='a';\n2:line=(1048576);\n3:line='b';\n");
    gn_buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_rows),
        cmocka_unit_test(long_lines_are_put_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
