"""The example of the documentation, as it stands there."""

from lab import Lab


async def test_phone_keeps_its_old_lsc():
    async with Lab() as lab:
        old, new = lab.add_cluster("old"), lab.add_cluster("new")
        phone = lab.add_phone(model="8861", cluster=new, profile="Encrypted", lsc=old)
        phone.power_on()
        result = await phone.settled()
        assert result.refused.alert == "unknown CA"
