/* headerscan_test.c - heads of HTTP, line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/headerscan.h"

/* "name=value" of each field, "!line" where there is none. */
static void head_has(const char *text, const char *expected)
{
    struct gn_buf out = {0};
    struct gn_headerscan h;
    enum garner_code code;

    gn_headerscan_init(&h, text, strlen(text));
    while ((code = gn_headerscan_next(&h)) == GARNER_OK)
        gn_buf_printf(&out, "%.*s=%s;", (int)h.name_size, h.name,
                      gn_buf_cstr(&h.value));
    if (code == GARNER_INVALID)
        gn_buf_printf(&out, "!%zu", h.line);
    else
        assert_int_equal(code, GARNER_DONE);
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_headerscan_fini(&h);
    gn_buf_fini(&out);
}

static void fields(void **state)
{
    (void)state;
    head_has("", "");
    head_has("a: 1\r\nB:2\r\n\r\n", "a=1;B=2;");
    head_has("HTTP/1.1 200 OK\r\nA:\t x: y \r\nempty:\n", "A=x: y;empty=;");
    head_has("a: 1\r\n  2\n\t \n\t3\nb: 4", "a=1 2 3;b=4;");
    head_has("a : 1", "a=1;");
    head_has("HTTP/1.1 301 x\n\nHTTP/2 200\na: b\n", "a=b;");
    head_has("HTTP: x", "HTTP=x;");
    head_has("a: 1\n\nno\n", "a=1;!3");
    head_has(": 1", "!1");
    head_has(" a: 1", "!1");
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_headerscan h;

    (void)state;
    gn_headerscan_init(&h, "a: 1", 4);
    gn_mem_fail_at(1);
    assert_int_equal(gn_headerscan_next(&h), GARNER_NOMEM);
    gn_headerscan_fini(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
