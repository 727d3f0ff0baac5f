#include "hook/event.h"

#include <string.h>

static const char *const words[GN_EVENTS] = {
#define X(name, word) [GN_EVENT_##name] = (word),
    GN_EVENT_MAP(X)
#undef X
};

const char *gn_event_word(enum gn_event event)
{
    return words[event];
}

enum gn_event gn_event_of(const char *word)
{
    int i = 0;

    while (i < GN_EVENTS && strcmp(words[i], word) != 0)
        i++;
    return (enum gn_event)i;
}
