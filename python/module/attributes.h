/* attributes.h - what a Connection tells of itself, and lets be set. */
#ifndef GP_ATTRIBUTES_H
#define GP_ATTRIBUTES_H

#include "connection.h"

extern PyGetSetDef gp_attributes[];

#endif
