/* cell_test.c - one value in every format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "cli/cell.h"
#include "cli/text.h"

typedef void cell_writer(struct gn_buf *out, const struct garner_value *value);

static void table(struct gn_buf *out, const struct garner_value *value)
{
    (void)gn_cell_table(out, value, SIZE_MAX - 1);
}

static void json(struct gn_buf *out, const struct garner_value *value)
{
    struct gn_json j;

    gn_json_init(&j, out);
    gn_cell_json(&j, value);
}

static void writes(cell_writer *writer, struct garner_value value,
                   const char *wanted)
{
    struct gn_buf out = {0};

    writer(&out, &value);
    assert_string_equal(gn_buf_cstr(&out), wanted);
    gn_buf_fini(&out);
}

static void base64_is_that_of_the_rfc(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};

        gn_cell_base64(&out, cases[i][0], strlen(cases[i][0]));
        assert_string_equal(gn_buf_cstr(&out), cases[i][1]);
        gn_buf_fini(&out);
    }
}

static void csv(void **state)
{
    (void)state;
    writes(gn_cell_csv, garner_null(), "");
    writes(gn_cell_csv, garner_text(""), "\"\"");
    writes(gn_cell_csv, garner_text("a b"), "a b");
    writes(gn_cell_csv, garner_text("a,b"), "\"a,b\"");
    writes(gn_cell_csv, garner_text("a\"b"), "\"a\"\"b\"");
    writes(gn_cell_csv, garner_text("a\nb"), "\"a\nb\"");
    writes(gn_cell_csv, garner_text("a\rb"), "\"a\rb\"");
    writes(gn_cell_csv, garner_integer(INT64_MIN), "-9223372036854775808");
    writes(gn_cell_csv, garner_blob("\0\xff", 2), "AP8=");
}

static void tsv(void **state)
{
    (void)state;
    writes(gn_cell_tsv, garner_null(), "\\N");
    writes(gn_cell_tsv, garner_text(""), "");
    writes(gn_cell_tsv, garner_text("a\tb\nc\rd\\e"), "a\\tb\\nc\\rd\\\\e");
    writes(gn_cell_tsv, garner_blob("f", 1), "Zg==");
    writes(gn_cell_tsv, garner_real(0.5), "0.5");
}

static void json_values(void **state)
{
    (void)state;
    writes(json, garner_null(), "null");
    writes(json, garner_text("a\"b"), "\"a\\\"b\"");
    writes(json, garner_integer(-1), "-1");
    writes(json, garner_blob("f", 1),
           "{\"$base64\":true,\"encoded\":\"Zg==\"}");
    writes(json, garner_real(INFINITY), "null");
}

static void tables(void **state)
{
    (void)state;
    writes(table, garner_null(), "NULL");
    writes(table, garner_text("a\nb"), "a\\nb");
    writes(table, garner_blob("\0\xff", 2), "x'00ff'");
    writes(table, garner_blob("0123456789abcdefg", 17),
           "x'30313233343536373839616263646566...' (17 B)");
}

static void reals_read_back_and_are_seen_to_be_real(void **state)
{
    (void)state;
    writes(gn_cell_raw, garner_real(1), "1.0");
    writes(gn_cell_raw, garner_real(-0.1), "-0.1");
    writes(gn_cell_raw, garner_real(0.1 + 0.2), "0.30000000000000004");
    writes(gn_cell_raw, garner_real(1e300), "1e+300");
    writes(gn_cell_raw, garner_real(INFINITY), "Inf");
    writes(gn_cell_raw, garner_real(-INFINITY), "-Inf");
}

static void raw_is_byte_for_byte(void **state)
{
    (void)state;
    writes(gn_cell_raw, garner_null(), "");
    writes(gn_cell_raw, garner_text("a\x1b"), "a\x1b");
    writes(gn_cell_raw, garner_blob("xyz", 3), "xyz");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_that_of_the_rfc),
        cmocka_unit_test(csv),
        cmocka_unit_test(tsv),
        cmocka_unit_test(json_values),
        cmocka_unit_test(tables),
        cmocka_unit_test(reals_read_back_and_are_seen_to_be_real),
        cmocka_unit_test(raw_is_byte_for_byte),
    };

    gn_text_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
