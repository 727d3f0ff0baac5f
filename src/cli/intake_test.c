/* intake_test.c - rows out of CSV and JSON, however the bytes come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/intake_testing.h"

struct sample {
    const char *name;
    const char *text;
    struct gn_intake_options options;
    const char *rows;
};

static const struct sample samples[] = {
    {"f.csv", "", {0}, ""},
    {"f.csv", "\n\n", {0}, ""},
    {"f.csv", "a,b\n", {0}, ""},
    {"f.csv",
     "a,b\r\n1,x\r\n\r\n\"2\n\",\"\"\"y\"\"\"\r\n",
     {0},
     "2:a='1';b='x';\n4:a='2\n';b='\"y\"';\n"},
    {"f.csv",
     "\xef\xbb\xbf"
     "a\n1",
     {0},
     "2:a='1';\n"},
    {"f",
     "a,b\n1,2.5\n007,-0\n,x\n",
     {.detect_types = true, .empty_null = true},
     "2:a=1;b=2.5;\n3:a='007';b=0;\n4:a=NULL;b='x';\n"},
    {"f.csv", "\n a,b\n1,2\n", {0}, "3: a='1';b='2';\n"},
    {"f.tsv",
     "\ta\n\t1\n",
     {.headless = true},
     "1:untitled_1='';untitled_2='a';\n2:untitled_1='';untitled_2='1';\n"},
    {"f",
     " \n\ta;b\n",
     {.headless = true, .delimiter = ';'},
     "1:untitled_1=' ';\nf:2: this row has 2 fields, and there are 1 columns"},
    {"f",
     "\n\"a,a\n\";b;c\n1;2;3\n",
     {.sniff = true},
     "4:a,a\n='1';b='2';c='3';\n"},
    {"f",
     "aaaaaaa|b",
     {.sniff = true, .headless = true},
     "1:untitled_1='aaaaaaa';untitled_2='b';\n"},
    {"f.tsv", "a\tb\n1,2\t\"3\t4\"\n", {0}, "2:a='1,2';b='3\t4';\n"},
    {"f.csv",
     "a,b\n1\n",
     {0},
     "f.csv:2: this row has 1 field, and there are 2 "
     "columns"},
    {"f.csv",
     "a,b\n1,2\n3,\"4\n",
     {0},
     "2:a='1';b='2';\nf.csv:3: a quoted field "
     "does not end"},
    {"f.csv",
     "a,,b\n",
     {0},
     "f.csv:1: the first line names the columns, and "
     "one has no name"},
    {"f.csv", "a,A\n", {0}, "f.csv:1: two columns have the same name"},
    {"f.csv",
     "a\n\n\xff\n",
     {0},
     "f.csv:3: this is not UTF-8; say what it is: --encoding latin1, "
     "shift_jis ..."},
    {"f.csv",
     "a,b\n\"\n\n\",x\xff\n",
     {0},
     "f.csv:4: this is not UTF-8; say what it is: --encoding latin1, "
     "shift_jis ..."},
    {"f.csv", "{\"a\":1}", {.format = GN_INTAKE_JSON}, "1:a=1;\n"},
    {"f", "{\"a\":{\"b\":1}}", {.flatten = true}, "1:a_b=1;\n"},
    {"f", "{\"a\":{\"b\":1}}", {0}, "1:a='{\"b\":1}';\n"},
    {"-",
     "{\"a\":1}\n\n{\"b\":\n\"x\"}{\"a\":2}",
     {0},
     "1:a=1;\n3:b='x';\n4:a=2;\n"},
    {"-", " [\n{\"a\":1} ,\n{\"a\":[2]}\n]\n", {0}, "2:a=1;\n3:a='[2]';\n"},
    {"-", "[]", {0}, ""},
    {"f.json", "", {.format = GN_INTAKE_JSON}, ""},
    {"-", "[{\"a\":1}", {0}, "1:a=1;\n-:1: the array does not end"},
    {"-", "[{\"a\":1},]", {0}, "1:a=1;\n-:1: after a comma there is nothing"},
    {"-",
     "[{\"a\":1}{}]",
     {0},
     "1:a=1;\n-:1: a comma is missing before this object"},
    {"-", "[{\"a\":1}]\n5", {0}, "1:a=1;\n-:2: there is more behind the array"},
    {"-",
     "{\"a\":1}\n{}",
     {0},
     "1:a=1;\n-:2: this object is empty, and no row"},
    {"-",
     "{\"a\":1}\n[2]",
     {0},
     "1:a=1;\n-:2: here is no JSON object; a row is {\"column\": value, ...}"},
    {"-",
     "{\"a\":1}\n{\"a\":\n\n1,}",
     {0},
     "1:a=1;\n-:4: this is not JSON: a name in double quotes is missing"},
};

static void rows_come_whole_however_the_bytes_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        for (size_t piece = 1; piece <= 64; piece = piece * 3 + 1) {
            const struct sample *s = &samples[i];

            assert_string_equal(
                rows_of(s->name, s->text, strlen(s->text), piece, s->options),
                s->rows);
        }
}

/* Longer than what is read at a time, so that it is moved and looked at again.
 */
static void long_rows_are_put_together(void **state)
{
    const size_t size = 3 << 20;
    const struct gn_intake_options options = {0};
    struct gn_buf text = {0};

    (void)state;
    gn_buf_text(&text, "a,b\n1,\"");
    for (size_t i = 0; i < size; i++)
        gn_buf_byte(&text, i % 100 == 0 ? '\n' : 'x');
    gn_buf_text(&text, "\"\n2,\"\"\n");
    assert_false(gn_buf_failed(&text));
    assert_string_equal(rows_of("f.csv", text.data, text.size, 65536, options),
                        "2:a='1';b=(3145728);\n31461:a='2';b='';\n");
    gn_buf_fini(&text);
}

static bool at_once(void *context)
{
    (void)context;
    return true;
}

static void a_wait_can_be_ended(void **state)
{
    const struct gn_intake_options options = {.stop = at_once};
    struct gn_intake_row row;
    struct garner_error err;
    struct gn_intake *in;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(gn_intake_new(ends[0], "-", &options, &in, &err),
                     GARNER_OK);
    assert_int_equal(gn_intake_next(in, &row, &err), GARNER_CANCELED);
    gn_intake_free(in);
    close(ends[0]);
    close(ends[1]);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_intake_options options = {0};
    bool ok = false;

    (void)state;
    for (unsigned nth = 1; !ok; nth++) {
        struct gn_intake_row row;
        struct garner_error err = {0};
        struct gn_intake *in;
        FILE *file = tmpfile();

        assert_true(nth < 100);
        assert_non_null(file);
        fputs("a\n\"1\"\"\"\n", file);
        rewind(file);
        gn_mem_fail_at(nth);
        ok = gn_intake_new(fileno(file), "f.csv", &options, &in, &err) ==
                 GARNER_OK &&
             gn_intake_next(in, &row, &err) == GARNER_OK;
        gn_mem_fail_at(0);
        assert_true(ok || err.code == GARNER_NOMEM);
        assert_true(!ok || nth > 4);
        gn_intake_free(in);
        fclose(file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_whole_however_the_bytes_do),
        cmocka_unit_test(long_rows_are_put_together),
        cmocka_unit_test(a_wait_can_be_ended),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
