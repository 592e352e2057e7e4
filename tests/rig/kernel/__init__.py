"""The appliance on a whole machine: a kernel of its own, with a sound driver and a GPIO chip that it
drives.
"""
