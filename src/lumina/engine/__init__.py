"""The compiled data path of one worker: the only owner of sockets, timers and raw memory."""
