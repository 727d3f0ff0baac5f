/* csv_test.c - records as RFC 4180 has them, and as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/csv.h"

/* Its records, each after its line, fields between |, with faults. */
static void show(struct gn_csv *c, struct gn_buf *out)
{
    while (gn_csv_next(c) == GARNER_OK) {
        gn_buf_printf(out, "%zu:", c->record_line);
        for (size_t i = 0; i < c->count; i++) {
            gn_buf_text(out, i > 0 ? "|" : "");
            gn_buf_append(out, c->fields[i].text, c->fields[i].size);
        }
        if (c->fault != NULL)
            gn_buf_printf(out, " (%s)", c->fault);
        gn_buf_byte(out, '\n');
    }
}

static void assert_records(const char *text, const char *expected)
{
    /* its own memory: AddressSanitizer sees a byte too many */
    const size_t size = strlen(text);
    char *exact = gn_alloc(size + (size == 0));
    struct gn_buf out = {0};
    struct gn_csv c;

    for (size_t i = 0; i < size; i++)
        exact[i] = text[i];
    gn_csv_init(&c, exact, size);
    show(&c, &out);
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_csv_fini(&c);
    gn_buf_fini(&out);
    gn_free(exact);
}

static void records(void **state)
{
    (void)state;
    assert_records("", "");
    assert_records("\n\r\n\n", "");
    assert_records("a,b\nc,d", "1:a|b\n2:c|d\n");
    assert_records("a,b\r\n\r\nc,\r\n", "1:a|b\n3:c|\n");
    assert_records("a\rb\r", "1:a\n2:b\n");
    assert_records(",\n", "1:|\n");
    assert_records("\"a\"\n", "1:a\n");
    assert_records("\"\",\"\"", "1:|\n");
    assert_records("\"a,\"\"b\"\"\r\nc\",d\ne", "1:a,\"b\"\r\nc|d\n3:e\n");
    assert_records("\"\"\"\",x,\"\"\"\"\"\"\n", "1:\"|x|\"\"\n");
    assert_records("a\"b\",c", "1:a\"b\"|c\n");
    assert_records(" \"a\"", "1: \"a\"\n");
    assert_records("\"1\n2\r3\r\n4\"\n5", "1:1\n2\r3\r\n4\n5:5\n");
}

/* Section 2, in its order; a header is a record like others here. */
static void the_examples_of_the_rfc(void **state)
{
    (void)state;
    assert_records("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n",
                   "1:aaa|bbb|ccc\n2:zzz|yyy|xxx\n");
    assert_records("aaa,bbb,ccc\r\nzzz,yyy,xxx",
                   "1:aaa|bbb|ccc\n2:zzz|yyy|xxx\n");
    assert_records("field_name,field_name,field_name\r\naaa,bbb,ccc\r\n"
                   "zzz,yyy,xxx\r\n",
                   "1:field_name|field_name|field_name\n2:aaa|bbb|ccc\n"
                   "3:zzz|yyy|xxx\n");
    assert_records("\"aaa\",\"bbb\",\"ccc\"\r\nzzz,yyy,xxx",
                   "1:aaa|bbb|ccc\n2:zzz|yyy|xxx\n");
    assert_records("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz,yyy,xxx",
                   "1:aaa|b\r\nbb|ccc\n3:zzz|yyy|xxx\n");
    assert_records("\"aaa\",\"b\"\"bb\",\"ccc\"", "1:aaa|b\"bb|ccc\n");
}

static void faults_are_told(void **state)
{
    (void)state;
    assert_records("a,\"b\"c,d\ne",
                   "1:a|bc|d (there is text after the closing quote)\n2:e\n");
    assert_records("a\n\"b,c\nd", "1:a\n2:b,c\nd (a quoted field does not "
                                  "end)\n");
    assert_records("\"", "1: (a quoted field does not end)\n");
    assert_records("\"a\"\"", "1:a\" (a quoted field does not end)\n");
}

static void fields_are_bounded(void **state)
{
    const size_t size = 3 * (size_t)GN_CSV_MOST_FIELDS;
    char *text = gn_alloc(size);
    struct gn_csv c;

    (void)state;
    memset(text, ',', size);
    gn_csv_init(&c, text, size);
    assert_int_equal(gn_csv_next(&c), GARNER_OK);
    assert_int_equal(c.count, GN_CSV_MOST_FIELDS);
    assert_string_equal(c.fault, "too many fields");
    assert_int_equal(gn_csv_next(&c), GARNER_DONE);
    gn_csv_fini(&c);
    gn_free(text);
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        struct gn_csv c;

        gn_csv_init(&c, "a,\"b\"\"c\"", 8);
        gn_mem_fail_at(nth);
        assert_int_equal(gn_csv_next(&c), GARNER_NOMEM);
        gn_mem_fail_at(0);
        gn_csv_fini(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records),
        cmocka_unit_test(the_examples_of_the_rfc),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(fields_are_bounded),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
