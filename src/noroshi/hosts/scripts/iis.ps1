# Tells which sites and application pools of IIS do not run though they start automatically, as JSON
# for a monitor of the type "script". It only reads. The account of Noroshi's service must be an
# administrator, as IIS lets nobody else read its settings.
#   stopped  of each site and pool that starts automatically: 1 if it does not run
#   https://learn.microsoft.com/powershell/module/webadministration
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false

Import-Module WebAdministration
$items = @{}
foreach ($site in Get-ChildItem IIS:\Sites | Where-Object { $_.serverAutoStart }) {
    $items["site $($site.Name)"] = @{ stopped = [int]("$($site.State)" -ne 'Started') }
}
foreach ($pool in Get-ChildItem IIS:\AppPools | Where-Object { $_.autoStart }) {
    $items["pool $($pool.Name)"] = @{ stopped = [int]("$($pool.State)" -ne 'Started') }
}
if ($items.Count -eq 0) { throw 'IIS has no site or pool that starts automatically.' }
@{ items = $items } | ConvertTo-Json -Depth 3 -Compress
