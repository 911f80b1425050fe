"""Asks the window to close, as a window manager does: WM_DELETE_WINDOW, sent to it by name. Argument: the display."""

import ctypes
import sys

Id = ctypes.c_ulong
Ids = ctypes.POINTER(Id)


class ClientMessage(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", Id),
        ("message_type", Id),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("padding", ctypes.c_long * 12),
    ]


x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
x.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
x.XDefaultRootWindow.restype = Id
x.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
x.XInternAtom.restype = Id
x.XQueryTree.argtypes = [ctypes.c_void_p, Id, Ids, Ids, ctypes.POINTER(Ids), ctypes.POINTER(ctypes.c_uint)]
x.XFetchName.argtypes = [ctypes.c_void_p, Id, ctypes.POINTER(ctypes.c_char_p)]
x.XSendEvent.argtypes = [ctypes.c_void_p, Id, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
x.XFlush.argtypes = [ctypes.c_void_p]

display = x.XOpenDisplay(sys.argv[1].encode())
root, parent, windows, count = Id(), Id(), Ids(), ctypes.c_uint()
x.XQueryTree(display, x.XDefaultRootWindow(display), root, parent, windows, count)
protocols = x.XInternAtom(display, b"WM_PROTOCOLS", 0)
delete = x.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
found = 0
for window in windows[: count.value]:
    name = ctypes.c_char_p()
    x.XFetchName(display, window, name)
    if b"AI Orchestrator" not in (name.value or b""):
        continue
    found += 1
    data = (ctypes.c_long * 5)(delete, 0, 0, 0, 0)
    # 33 is ClientMessage.
    message = ClientMessage(33, 0, 1, None, window, protocols, 32, data)
    x.XSendEvent(display, window, 0, 0, ctypes.byref(message))
x.XFlush(display)
sys.exit(0 if found else "no such window")
