/* storage_test.c - what the flags say goes to the store, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/storage.h"

static void without_flags_all_is_the_default(void **state)
{
    const struct garner_options options =
        gn_storage_options(&(struct gn_storage_flags){0});
    struct garner_options defaults;

    (void)state;
    garner_options_init(&defaults);
    assert_int_equal(options.checkpoint, GARNER_CHECKPOINT_AUTO);
    assert_false(options.network_fs);
    assert_int_equal(options.wal_bytes, defaults.wal_bytes);
    assert_int_equal(options.readers, defaults.readers);
}

static void the_log_may_be_another_s(void **state)
{
    (void)state;
    assert_int_equal(
        gn_storage_options(&(struct gn_storage_flags){"auto", false})
            .checkpoint,
        GARNER_CHECKPOINT_AUTO);
    assert_int_equal(
        gn_storage_options(&(struct gn_storage_flags){"external", false})
            .checkpoint,
        GARNER_CHECKPOINT_EXTERNAL);
}

static void a_network_is_allowed(void **state)
{
    (void)state;
    assert_true(
        gn_storage_options(&(struct gn_storage_flags){.network_fs = true})
            .network_fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_flags_all_is_the_default),
        cmocka_unit_test(the_log_may_be_another_s),
        cmocka_unit_test(a_network_is_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
