/* verdict_test.c - how fetches by hand are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/text.h"
#include "cli/verdict.h"

static void each_outcome_has_its_words(void **state)
{
    static const struct {
        struct gn_asked_run run;
        const char *line;
        const char *json;
    } cases[] = {
        {{.status = 200, .duration_us = 1500, .bytes = 1234, .rows = 1},
         "a: 200 in 1.50 ms, 1,234 bytes, 1 row\n",
         "{\"source\":\"a\",\"failed\":false,\"status\":200,\"duration_us\":"
         "1500,"
         "\"bytes\":1234,\"rows\":1,\"pages\":null,\"failures\":null,\"error\":"
         "null}\n"},
        {{.status = 304, .duration_us = 900, .bytes = -1, .rows = -1},
         "a: 304 in 900 us, nothing new\n",
         "{\"source\":\"a\",\"failed\":false,\"status\":304,\"duration_us\":"
         "900,"
         "\"bytes\":null,\"rows\":null,\"pages\":null,\"failures\":null,"
         "\"error\":null}\n"},
        {{.failed = true,
          .bytes = -1,
          .rows = -1,
          .error = "no\x1b[1m \"way\""},
         "a: failed: no\\x1b[1m \"way\"\n",
         "{\"source\":\"a\",\"failed\":true,\"status\":null,\"duration_us\":0,"
         "\"bytes\":null,\"rows\":null,\"pages\":null,\"failures\":null,"
         "\"error\":\"no\\u001b[1m "
         "\\\"way\\\"\"}\n"},
        {{.duration_us = 152000, .bytes = 4096, .rows = 6, .pages = 8},
         "a: 8 pages in 152 ms, 4,096 bytes, 6 rows\n",
         "{\"source\":\"a\",\"failed\":false,\"status\":null,"
         "\"duration_us\":152000,\"bytes\":4096,\"rows\":6,\"pages\":8,"
         "\"failures\":0,\"error\":null}\n"},
        {{.failed = true,
          .duration_us = 1000,
          .rows = 0,
          .pages = 2,
          .failures = 2,
          .error = "2 of 2 URLs failed"},
         "a: 2 pages (2 failed) in 1.00 ms, 0 bytes, 0 rows\n",
         "{\"source\":\"a\",\"failed\":true,\"status\":null,"
         "\"duration_us\":1000,\"bytes\":0,\"rows\":0,\"pages\":2,"
         "\"failures\":2,\"error\":\"2 of 2 URLs failed\"}\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};

        gn_verdict(&out, "a", &cases[i].run, false);
        assert_string_equal(gn_buf_cstr(&out), cases[i].line);
        gn_buf_clear(&out);
        gn_verdict(&out, "a", &cases[i].run, true);
        assert_string_equal(gn_buf_cstr(&out), cases[i].json);
        gn_buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_outcome_has_its_words),
    };

    gn_text_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
