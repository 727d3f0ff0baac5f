/* tls_test.c - the key tls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/load_testing.h"

static int set_token(void **state)
{
    (void)state;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    return setenv("GN_TEST_TOKEN", "s3cret", 1);
}

static void all_of_it_is_read(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "defaults: { tls: { min: 1.2, insecure: true } }\n"
             "sources:\n"
             "  a: { url: https://h/, tls: { cert: /dev/null, key: /dev/null,\n"
             "       key_password: '${env:GN_TEST_TOKEN}', min: 1.3 } }\n"
             "  b: { url: https://h/, tls: { ca_file: /dev/null } }\n");
    const struct gn_request *a = &config.sources[0].request;
    const struct gn_request *b = &config.sources[1].request;

    (void)state;
    assert_string_equal(a->cert, "/dev/null");
    assert_string_equal(a->key, "/dev/null");
    assert_string_equal(a->key_password, "s3cret");
    assert_string_equal(a->secrets[0], "s3cret");
    assert_int_equal(a->least_tls, 13);
    assert_true(a->insecure);
    assert_string_equal(b->ca_file, "/dev/null");
    assert_int_equal(b->least_tls, 12);
    assert_null(b->cert);
    gn_config_fini(&config);
}

static void wrong_values_are_problems(void **state)
{
    (void)state;
    bad_source("tls: { cert: /nowhere/a.pem }",
               "3:14: cert /nowhere/a.pem cannot be read; name a PEM file of a "
               "certificate of yours");
    bad_source("tls: { cert: /dev/null, key: /nowhere/b }",
               "3:30: key /nowhere/b cannot be read; name a PEM file of the "
               "certificate's key");
    bad_source("tls: { min: 1.1 }",
               "3:13: min cannot be \"1.1\"; write 1.2 or 1.3");
    bad_source("tls: { key: /dev/null }",
               "2:12: there is a key without its certificate; name that, too");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_is_read),
        cmocka_unit_test(wrong_values_are_problems),
    };

    return cmocka_run_group_tests(tests, set_token, NULL);
}
