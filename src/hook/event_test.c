/* event_test.c - events by their words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hook/event.h"

static void words_name_events(void **state)
{
    (void)state;
    for (int i = 0; i < GN_EVENTS; i++)
        assert_int_equal(gn_event_of(gn_event_word((enum gn_event)i)), i);
    assert_string_equal(gn_event_word(GN_EVENT_CHANGE), "change");
    assert_int_equal(gn_event_of("changed"), GN_EVENTS);
    assert_int_equal(gn_event_of(""), GN_EVENTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_name_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
